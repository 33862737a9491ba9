// LoopLag: how far a loop is behind. Layer: io.
// A loop lags when it is late for its timers, or when its present round, which nobody interrupts,
// is long. A timer of the loop is the probe: it measures how late it is called.
//
//     probe armed   due          the round is over, the probe is called
//         |----------|-----------------|------------
//         0        interval       behind() = the time since `due`, and then for one interval
//
// The probe runs only while somebody asks: an idle loop sleeps. One object for each loop (PerLoop);
// the timer belongs to that loop and is gone with it, or an interval after the last question.
//
// Threads: behind() on the loop's; last() and worst() on any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "weir/core/time.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/timer_queue.hpp"

namespace weir {

class LoopLag final : private Timer {
 public:
  static constexpr Duration default_interval = std::chrono::milliseconds(100);

  explicit LoopLag(Duration interval = default_interval) : interval_(interval) {}
  ~LoopLag() override = default;

  /// How late the last probe was, the present one is, or how old the round is: whichever is most.
  [[nodiscard]] Duration behind(EventLoop& loop);

  /// What the last probe found, and the worst that one ever did.
  [[nodiscard]] Duration last() const { return Duration(last_.load(std::memory_order_relaxed)); }
  [[nodiscard]] Duration worst() const { return Duration(worst_.load(std::memory_order_relaxed)); }

 private:
  void on_timer() override;
  void arm(TimePoint now);

  Duration interval_;
  TimePoint due_{};
  EventLoop* loop_ = nullptr;  // while the timer is armed
  bool asked_ = false;         // since the last probe
  std::atomic<Duration::rep> last_{0};
  std::atomic<Duration::rep> worst_{0};
};

}  // namespace weir
