#include "weir/io/loop_lag.hpp"

#include <algorithm>
#include <utility>

namespace weir {

Duration LoopLag::behind(EventLoop& loop) {
  const TimePoint now = loop.clock_now();
  asked_ = true;
  if (!armed()) {
    loop_ = &loop;
    last_.store(0, std::memory_order_relaxed);  // of long ago
    arm(now);
  }
  const Duration round = now - loop.now();
  const Duration overdue = now - due_;
  return std::max({last(), round, overdue});
}

void LoopLag::on_timer() {
  const TimePoint now = loop_->clock_now();
  const Duration late = now - due_;
  last_.store(late.count(), std::memory_order_relaxed);
  if (late > worst()) worst_.store(late.count(), std::memory_order_relaxed);
  if (std::exchange(asked_, false)) arm(now);
}

void LoopLag::arm(TimePoint now) {
  due_ = later(now, interval_);
  loop_->timers().arm(*this, due_);
}

}  // namespace weir
