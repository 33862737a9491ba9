// The framework's only notion of time: a monotonic count of nanoseconds. Layer: core.
#pragma once

#include <chrono>

namespace weir {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// `from + by`, and the last moment there is where that would be later still: Duration::max() may
/// be asked for, and means never. `by` is not negative.
[[nodiscard]] constexpr TimePoint later(TimePoint from, Duration by) {
  return by < TimePoint::max() - from ? from + by : TimePoint::max();
}

/// Where a loop reads the time. The default is the system's monotonic clock; tests move their own.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

}  // namespace weir
