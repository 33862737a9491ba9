// Histogram: how long things took, in fixed memory. Layer: core.
// Log-linear: 16 buckets for every doubling, so that a value is known to 1 part in 16 and a
// quantile, which is the middle of its bucket, to 1 in 32 (3.2 %).
//
//   ticks      0    ...   511 | 512 ...  1023 | 1024 ... 2047 | ...         | 2^44 and more
//   buckets    16, 32 wide    | 16, 32 wide   | 16, 64 wide   | 35 octaves  | the last one
//
// Values are ticks of any length: with nanoseconds it is fine from half a microsecond on and ends
// at 4.8 hours; with the cycles of a processor of 3 GHz, from 0.2 microseconds and at 1.6 hours.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/core/counter.hpp"
#include "weir/core/time.hpp"

namespace weir {

struct HistogramBuckets {
  static constexpr unsigned first_octave = 9;  // what is below 2^9 ticks has one width
  static constexpr unsigned end_octave = 44;
  static constexpr std::size_t per_octave = 16;
  static constexpr std::size_t count = (end_octave - first_octave + 1) * per_octave;

  [[nodiscard]] static std::size_t index(std::uint64_t ticks) {
    const auto octave = static_cast<unsigned>(std::bit_width(ticks | 1U)) - 1;
    if (octave < first_octave) return ticks >> (first_octave - 4);
    if (octave >= end_octave) return count - 1;
    return (octave - first_octave) * per_octave + (ticks >> (octave - 4));
  }
  /// The least value of a bucket; that of the one behind it is the first that is too large.
  [[nodiscard]] static std::uint64_t begin(std::size_t index);
};

/// Written by one thread, 4.6 KB; any may read.
class HistogramCounters {
 public:
  void add(std::uint64_t ticks, std::uint64_t times = 1) {
    counters_[HistogramBuckets::index(ticks)].add(times);
  }
  void add(const HistogramCounters& other) {
    for (std::size_t i = 0; i < counters_.size(); ++i) counters_[i].add(other.counters_[i].value());
  }
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const { return counters_[bucket].value(); }

 private:
  std::array<Counter, HistogramBuckets::count> counters_{};
};

/// What was counted, as a value. Empty ones cost nothing.
class Histogram {
 public:
  /// Adds what `counters` say, whose ticks last so many nanoseconds each.
  void add(const HistogramCounters& counters, double tick_length);
  void add(const Histogram& other);
  /// Takes away what `earlier`, a former state of this one, had already.
  void subtract(const Histogram& earlier);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The time that the fraction `q` of all took at most, 0 <= q <= 1: quantile(0.5) is the median.
  /// Zero when there is nothing.
  [[nodiscard]] Duration quantile(double q) const;
  /// How many took `limit` at most: of the bucket that it lies in, all or none, by its middle.
  [[nodiscard]] std::uint64_t at_most(Duration limit) const;

 private:
  void add_ticks(std::size_t bucket, std::uint64_t times, double tick_length);

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  double tick_length_ = 1;
};

}  // namespace weir
