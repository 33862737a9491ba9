// Latencies in bounded memory (35 KiB), after the idea of HdrHistogram: each power of two is cut
// into 128 equal buckets, so that a percentile is at most 0.8% above the true value.
//
//   value    0 1 2 ... 255 | 256 258 ... 510 | 512 516 ... 1020 | ...   up to 2^41 ns, 36 minutes
//   bucket   one a value   | 128 of width 2  | 128 of width 4   | ...
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace weir::bench {

class Histogram {
 public:
  void record(std::uint64_t value, std::uint64_t times) {
    counts_[bucket_of(std::min(value, largest))] += times;
    total_ += times;
    max_ = std::max(max_, value);
  }

  void merge(const Histogram& other);

  // The value that `share` (0 to 1) of all recorded ones do not exceed; 0 when there are none.
  std::uint64_t percentile(double share) const;

  std::uint64_t max() const { return max_; }
  std::uint64_t count() const { return total_; }

  // Enough of it to draw: points from 0 on, closer the nearer to 1, as many for the last tenth as
  // for all before (8 for each halving of what is left), the last one {1, max()}. None when nothing
  // was recorded.
  struct Point {
    double share;
    std::uint64_t value;
  };
  std::vector<Point> curve() const;

 private:
  static constexpr unsigned cut_bits = 7;
  static constexpr unsigned value_bits = 41;
  static constexpr std::uint64_t largest = (std::uint64_t{1} << value_bits) - 1;

  static std::size_t shift_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    return width > cut_bits + 1 ? width - cut_bits - 1 : 0;
  }
  static std::size_t bucket_of(std::uint64_t value) {
    const auto shift = shift_of(value);
    return (shift << cut_bits) + (value >> shift);
  }
  static std::uint64_t highest_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(bucket_of(largest) + 1);
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace weir::bench
