#include "service/backoff_series.hpp"

#include <algorithm>
#include <cmath>

namespace weir {

BackoffSeries::BackoffSeries(const Backoff& backoff)
    : backoff_(backoff), random_(backoff.seed != 0 ? backoff.seed : std::random_device{}()) {}

Duration BackoffSeries::next() {
  const auto most =
      static_cast<double>(std::min<Duration>(backoff_.most, std::chrono::hours(24 * 365)).count());
  const double grown = static_cast<double>(backoff_.first.count()) *
                       std::pow(std::max(backoff_.factor, 1.0), static_cast<double>(count_++));
  const double whole = std::min(grown, most);  // also of an infinite one
  const double part =
      std::clamp(backoff_.jitter, 0.0, 1.0) * std::uniform_real_distribution<double>(0, 1)(random_);
  return Duration(static_cast<Duration::rep>(whole * (1 - part)));
}

}  // namespace weir
