// The cold half of the histogram: what is asked once, after the run.
#include "client/histogram.hpp"

#include <cmath>
#include <functional>

namespace weir::bench {

void Histogram::merge(const Histogram& other) {
  std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(),
                 std::plus<>{});
  total_ += other.total_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::percentile(double share) const {
  const auto wanted = std::max(1.0, std::ceil(share * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (static_cast<double>(seen) >= wanted) return std::min(highest_of(bucket), max_);
  }
  return max_;
}

// It ends where one value is all that is left.
std::vector<Histogram::Point> Histogram::curve() const {
  static constexpr unsigned points_a_halving = 8;
  std::vector<Point> points;
  if (total_ == 0) return points;
  for (double left = 1; left * static_cast<double>(total_) >= 1; left /= 2) {
    for (unsigned i = 0; i < points_a_halving; ++i) {
      const double share = 1 - left + left * i / (2.0 * points_a_halving);
      points.push_back({.share = share, .value = percentile(share)});
    }
  }
  points.push_back({.share = 1, .value = max_});
  return points;
}

// Past the first 256 buckets, bucket = (shift << 7) + top, where top has its eighth bit set.
std::uint64_t Histogram::highest_of(std::size_t bucket) {
  const auto shift = bucket < (2U << cut_bits) ? 0 : (bucket >> cut_bits) - 1;
  const auto top = static_cast<std::uint64_t>(bucket - (shift << cut_bits));
  return ((top + 1) << shift) - 1;
}

}  // namespace weir::bench
