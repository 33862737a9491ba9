// The framework's only notion of time: a monotonic count of nanoseconds. Layer: core.
#pragma once

#include <chrono>

namespace weir {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Where a loop reads the time. The default is the system's monotonic clock; tests move their own.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

}  // namespace weir
