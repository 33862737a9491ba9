// Finding: what a row says of weir, in one sentence that follows from its numbers and nothing else.
#pragma once

#include <optional>
#include <string>

#include "compare/comparison.hpp"

namespace weir::bench::html {

// Of weir's cheapest against the cheapest peer. A floor is nobody to win or lose against.
enum class Outcome { wins, level, loses, no_peer, no_result };

inline constexpr Outcome all_outcomes[] = {Outcome::wins, Outcome::level, Outcome::loses,
                                           Outcome::no_peer, Outcome::no_result};

constexpr std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::wins:
      return "wins";
    case Outcome::level:
      return "level";
    case Outcome::loses:
      return "loses";
    case Outcome::no_peer:
      return "no peer";
    case Outcome::no_result:
      return "no result";
  }
  return "";
}

struct Finding {
  Outcome outcome = Outcome::no_result;
  std::string sentence;  // plain text
  // The cost of weir's cheapest over that of the cheapest floor, where both have a result.
  std::optional<double> of_floor{};
};

bool has_peer(const Row& row);

// Entries without a result neither win nor lose. `max_spread` is that of the comparison.
Finding finding_of(const Row& row, double max_spread);

// Each peer that any of weir's entries is not below, with the evidence, and each that has no
// result, at all or against an entry of weir's: "libev costs 0.97 of weir asio (0.95 to 0.99); no
// result: Go, libuv against weir epoll (0.90 to 1.07)". Empty where weir is below all of them, or
// the row has no peer.
// Where none of weir's has a result it says that alone.
inline constexpr const char* weir_without_result = "weir has no result";
std::string not_won(const Row& row, double max_spread);

}  // namespace weir::bench::html
