// TokenBucket: how often somebody may do something: so many at once, so many a second. A value.
#pragma once

#include <algorithm>
#include <chrono>

#include "weir/core/time.hpp"

namespace weir::chat {

class TokenBucket {
 public:
  TokenBucket(double per_second, double at_once)
      : per_second_(per_second), at_once_(at_once), tokens_(at_once) {}

  /// False when there are not so many; then none is taken.
  bool take(TimePoint now, double count = 1) {
    fill(now);
    if (tokens_ < count) return false;
    tokens_ -= count;
    return true;
  }
  /// How long until so many are there.
  [[nodiscard]] std::chrono::milliseconds wait(double count = 1) const {
    const double seconds = std::max(0.0, (count - tokens_) / per_second_);
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000) + 1);
  }

 private:
  void fill(TimePoint now) {
    if (last_ != TimePoint{}) {
      const std::chrono::duration<double> passed = now - last_;
      tokens_ = std::min(at_once_, tokens_ + passed.count() * per_second_);
    }
    last_ = now;
  }

  double per_second_;
  double at_once_;
  double tokens_;
  TimePoint last_{};
};

}  // namespace weir::chat
