// ManualClock: time that moves when a test says so. Layer: testing.
#pragma once

#include "weir/core/time.hpp"

namespace weir::testing {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  void move_to(TimePoint when) { now_ = when; }

 private:
  TimePoint now_{std::chrono::hours(1)};  // not zero, which would hide a forgotten time stamp
};

}  // namespace weir::testing
