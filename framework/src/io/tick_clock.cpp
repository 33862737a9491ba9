#include "weir/io/tick_clock.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace weir {

namespace {

/// The counter goes at one rate whatever the processor does, and in step on all of them (AMD64
/// manual, volume 3, and Intel's, volume 2: leaf 8000'0007h, EDX bit 8).
bool counts_evenly() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned int eax = 0;
  unsigned int ebx = 0;
  unsigned int ecx = 0;
  unsigned int edx = 0;
  return __get_cpuid(0x8000'0007U, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 8U)) != 0;
#else
  return false;
#endif
}

/// Reading both clocks is out of step by some 100 ns: a ten-thousandth of this.
constexpr Duration enough = std::chrono::milliseconds(1);

}  // namespace

TickClock::TickClock(const Clock& clock, bool real)
    : clock_(&clock), cycles_(real && counts_evenly()) {
  if (!cycles_) return;
  first_time_ = clock_->now();
  first_tick_ = now();
}

double TickClock::tick_length() const {
  if (!cycles_) return 1;
  Duration passed{};
  std::uint64_t ticks = 0;
  do {
    passed = clock_->now() - first_time_;
    ticks = now() - first_tick_;
  } while (passed < enough);
  return static_cast<double>(passed.count()) / static_cast<double>(ticks);
}

}  // namespace weir
