// Duel: an entry of weir's held against another one of its row, round by round: what the machine
// did meanwhile fell on both.
#pragma once

#include <optional>

#include "compare/comparison.hpp"

namespace weir::bench::html {

enum class Stand { below, level, above, no_result };  // of weir

struct Duel {
  const Entry& weir;
  const Entry& other;
  Stand stand = Stand::level;
  std::optional<Spread> ratio{};  // the other's cost over weir's; none where weir costs nothing
};

// Level when the ratios of the rounds are on both sides of 1, or their median is within 1% of it.
// Of what is timed there is no result where they spread over more than `max_spread` of their
// median: two that each agree with the base may still be far apart from each other. Both have a
// result, which says as much of a duel with the base itself.
Duel duel_of(const Row& row, const Entry& weir, const Entry& other, double max_spread);

}  // namespace weir::bench::html
