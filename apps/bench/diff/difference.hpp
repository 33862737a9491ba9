// Difference: two Comparisons held against each other, a regression told from noise.
//
//   A: weir epoll  5.41 us, 1.06 of C epoll [1.05 1.07]   rows are paired by id, entries by name
//   B: weir epoll  6.90 us, 1.21 of C epoll [1.19 1.24]   --> worse, +14%
//
// A change counts when the two spreads do not overlap and the medians differ by more than a
// threshold. What is timed is held by its ratios to the base, so that a machine that was slower
// that day cancels out; then the base itself cannot be judged, and without a common base nobody.
// What is counted is held as it is, and memory too, with the tolerance of what varies.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compare/comparison.hpp"
#include "spread.hpp"

namespace weir::bench {

// Of counted figures, as a share: allocators and the order of events move them that much.
inline constexpr double counted_tolerance = 0.01;
// And as a number, for what is nothing, or nearly: the start of a program over many messages.
inline constexpr double counted_least = 0.01;
// Bytes: memory comes in pages, and one page of 4 KiB over 1,000 connections is half of that.
inline constexpr double memory_least = 8;

// What a figure of one entry must differ by to be another one, whatever its share.
constexpr double least_change(Figure figure) {
  if (figure == Figure::memory) return memory_least;
  return is_counted(figure) ? counted_least : 0;
}

// In the order in which they are told.
enum class Verdict { worse, better, same, no_result, base, only_in_a, only_in_b };

inline constexpr Verdict all_verdicts[] = {Verdict::worse,     Verdict::better, Verdict::same,
                                           Verdict::no_result, Verdict::base,   Verdict::only_in_a,
                                           Verdict::only_in_b};

constexpr std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::worse:
      return "worse";
    case Verdict::better:
      return "better";
    case Verdict::same:
      return "same";
    case Verdict::no_result:
      return "no result";
    case Verdict::base:
      return "base";
    case Verdict::only_in_a:
      return "only in A";
    case Verdict::only_in_b:
      return "only in B";
  }
  return "";
}

struct Change {
  std::string row;
  std::string entry;  // empty where all of the row is in one file only
  Figure figure = Figure::cpu;
  std::string per;
  std::string base;  // whose ratios were held; empty where the figures themselves were
  Verdict verdict = Verdict::same;
  std::optional<Spread> a;  // what was held, where there is something
  std::optional<Spread> b;
  double share = 0;  // by how much the median changed: 0.14 is 14% more
  std::string why;   // of no result
};

// A fact that is not the same in both.
struct Unlike {
  std::string name;
  std::string a;  // empty where the file says nothing about it
  std::string b;
};

struct Difference {
  double threshold = 0;
  std::vector<Unlike> machine;
  std::vector<Unlike> settings;
  std::vector<Change> changes;  // by verdict, then as the files have them

  std::size_t count(Verdict verdict) const;
};

// Whether `b` differs from `a` beyond noise: the spreads do not overlap, and the medians are more
// than `threshold` of a's apart.
bool differs(const Spread& a, const Spread& b, double threshold);

Difference difference_of(const Comparison& a, const Comparison& b, double threshold);

}  // namespace weir::bench
