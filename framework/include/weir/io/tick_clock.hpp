// TickClock: the time in ticks of unknown length, for what is measured often and read seldom.
// Layer: io. Where the processor counts evenly (x86 with an invariant time stamp counter) a tick is
// one of its cycles, and asking costs less than half of what the system's clock does; elsewhere,
// and where a test moves the time, it is a nanosecond. How long a tick is, is asked when figures
// are read: by then it is known well, from all the time since the clock was made.
//
// Threads: any. A value; ticks of two clocks of one process may be compared when both count cycles.
#pragma once

#include <cstdint>

#include "weir/core/time.hpp"

namespace weir {

class TickClock {
 public:
  /// `clock` must outlive the calls of now(). `real` when it is the system's.
  TickClock(const Clock& clock, bool real);

  [[nodiscard]] std::uint64_t now() const {
#if defined(__x86_64__) || defined(__i386__)
    if (cycles_) return __builtin_ia32_rdtsc();
#endif
    return static_cast<std::uint64_t>(clock_->now().time_since_epoch().count());
  }
  /// In nanoseconds. Waits for up to a millisecond where the clock is younger than that.
  [[nodiscard]] double tick_length() const;

  /// From `begin` to `end`; processors may disagree by a few, and that is no time.
  [[nodiscard]] static std::uint64_t between(std::uint64_t begin, std::uint64_t end) {
    return end > begin ? end - begin : 0;
  }

 private:
  const Clock* clock_;
  bool cycles_;
  std::uint64_t first_tick_ = 0;
  TimePoint first_time_{};
};

}  // namespace weir
