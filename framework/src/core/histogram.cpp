#include "weir/core/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace weir {

namespace {

/// The middle of a bucket, in ticks.
double middle_of(std::size_t bucket) {
  return static_cast<double>(HistogramBuckets::begin(bucket) +
                             HistogramBuckets::begin(bucket + 1)) /
         2;
}

}  // namespace

std::uint64_t HistogramBuckets::begin(std::size_t index) {
  constexpr std::size_t linear = 2 * per_octave;  // the first octave's buckets are as wide
  if (index < linear) return std::uint64_t{index} << (first_octave - 4);
  const std::size_t octave = index / per_octave - 1 + first_octave;
  const std::uint64_t place = index % per_octave;
  return (per_octave + place) << (octave - 4);
}

void Histogram::add(const HistogramCounters& counters, double tick_length) {
  for (std::size_t i = 0; i < HistogramBuckets::count; ++i) {
    add_ticks(i, counters.count(i), tick_length);
  }
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) {
    add_ticks(i, other.buckets_[i], other.tick_length_);
  }
}

void Histogram::add_ticks(std::size_t bucket, std::uint64_t times, double tick_length) {
  if (times == 0) return;
  if (count_ == 0) {
    buckets_.assign(HistogramBuckets::count, 0);
    tick_length_ = tick_length;
  }
  count_ += times;
  // Lengths that were measured a moment apart differ by less than a bucket's width ever shows.
  if (std::abs(tick_length / tick_length_ - 1) > 0.01) {
    bucket = HistogramBuckets::index(
        static_cast<std::uint64_t>(middle_of(bucket) * tick_length / tick_length_));
  }
  buckets_[bucket] += times;
}

Duration Histogram::quantile(double q) const {
  if (count_ == 0) return Duration::zero();
  const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < buckets_.size() && (seen += buckets_[bucket]) < rank) ++bucket;
  return Duration(static_cast<Duration::rep>(middle_of(bucket) * tick_length_));
}

std::uint64_t Histogram::at_most(Duration limit) const {
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    if (middle_of(bucket) * tick_length_ > static_cast<double>(limit.count())) break;
    seen += buckets_[bucket];
  }
  return seen;
}

void Histogram::subtract(const Histogram& earlier) {
  for (std::size_t bucket = 0; bucket < earlier.buckets_.size(); ++bucket) {
    if (bucket == buckets_.size()) return;
    const std::uint64_t less = std::min(buckets_[bucket], earlier.buckets_[bucket]);
    buckets_[bucket] -= less;
    count_ -= less;
  }
}

}  // namespace weir
