// BackoffSeries: the waits between attempts (Backoff), with chance that can be repeated.
// Layer: service, private.
#pragma once

#include <cstddef>
#include <random>

#include "weir/service/client_options.hpp"

namespace weir {

class BackoffSeries {
 public:
  explicit BackoffSeries(const Backoff& backoff);

  /// How long to wait now; the next one is longer.
  [[nodiscard]] Duration next();
  void reset() { count_ = 0; }
  /// Waits since the beginning of the series.
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  const Backoff backoff_;
  std::mt19937_64 random_;
  std::size_t count_ = 0;
};

}  // namespace weir
