// WallClock: the time of the day out of a loop's time, which is read once a round.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "weir/core/time.hpp"

namespace weir::kv {

class WallClock {
 public:
  /// The system's.
  WallClock() { adjust(std::chrono::steady_clock::now()); }
  /// `since_1970` at the time 0 of a clock that a test moves.
  explicit WallClock(std::chrono::milliseconds since_1970)
      : offset_(since_1970.count() * 1'000'000), real_(false) {}
  WallClock(const WallClock& other) : offset_(other.offset_.load()), real_(other.real_) {}
  WallClock& operator=(const WallClock&) = delete;

  /// Milliseconds since 1970.
  [[nodiscard]] std::int64_t at(TimePoint time) const { return microseconds(time) / 1000; }
  [[nodiscard]] std::int64_t microseconds(TimePoint time) const {
    return (time.time_since_epoch().count() + offset_.load(std::memory_order_relaxed)) / 1000;
  }
  /// The system's time of day may have been set meanwhile.
  void adjust(TimePoint now) {
    if (!real_) return;
    const auto day = std::chrono::system_clock::now().time_since_epoch();
    offset_.store(
        std::chrono::duration_cast<Duration>(day).count() - now.time_since_epoch().count(),
        std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> offset_{0};  // nanoseconds
  bool real_ = true;
};

}  // namespace weir::kv
