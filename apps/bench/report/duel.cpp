#include "report/duel.hpp"

#include <algorithm>
#include <cmath>

#include "diff/difference.hpp"

namespace weir::bench::html {
namespace {

constexpr double least_seen = 0.01;
constexpr Spread same{1, 1, 1};

std::optional<Spread> ratio_of(const Entry& weir, const Entry& other) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(weir.rounds.size(), other.rounds.size()); ++i) {
    const double ratio = other.rounds[i] / weir.rounds[i];
    if (!std::isfinite(ratio)) return std::nullopt;
    ratios.push_back(ratio);
  }
  return spread_of(std::move(ratios));
}

bool spreads_too_far(const Row& row, const Duel& duel, double max_spread) {
  const bool with_base = duel.weir.name == row.base || duel.other.name == row.base;
  return is_timed(row.figure) && !with_base && duel.ratio && width_of(*duel.ratio) > max_spread;
}

}  // namespace

Duel duel_of(const Row& row, const Entry& weir, const Entry& other, double max_spread) {
  Duel duel{.weir = weir, .other = other, .ratio = ratio_of(weir, other)};
  if (spreads_too_far(row, duel, max_spread)) {
    duel.stand = Stand::no_result;
    return duel;
  }
  const double apart = other.median() - weir.median();
  if (std::abs(apart) <= least_change(row.figure)) return duel;
  if (duel.ratio && !differs(same, *duel.ratio, least_seen)) return duel;
  duel.stand = (duel.ratio ? duel.ratio->median > 1 : apart > 0) ? Stand::below : Stand::above;
  return duel;
}

}  // namespace weir::bench::html
