// TimerQueue: all deadlines of one loop in one binary heap, written once for all loops.
// Layer: io. A loop asks `next()` how long it may wait and calls `expire()` after waiting.
// On the loop's thread only.
//
//     heap_  [0] earliest      each Timer knows its place, so moving or cancelling one is
//            [1] [2]           O(log n) and allocates nothing; a Timer lives in its owner
//            [3] [4] [5] ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "weir/core/time.hpp"

namespace weir {

class TimerQueue;

/// Something with a deadline. Embedded in its owner; cancels itself when it is destroyed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  [[nodiscard]] bool armed() const { return queue_ != nullptr; }
  /// Only when armed.
  [[nodiscard]] TimePoint when() const;
  void cancel();

 protected:
  virtual ~Timer() { cancel(); }

 private:
  friend class TimerQueue;
  /// The time has come; the timer is no longer armed and may be armed again or destroyed.
  virtual void on_timer() = 0;
  /// Its queue is being destroyed; the time will never come.
  virtual void on_abandoned() {}

  // When it is due stands in the queue alone: every connection has a timer.
  TimerQueue* queue_ = nullptr;
  std::uint32_t place_ = 0;
  bool aside_ = false;  // place_ is one of aside_, not of heap_
};

class TimerQueue {
 public:
  static constexpr TimePoint never = TimePoint::max();

  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue() { abandon(); }

  /// Arms `timer` for `when`, or moves it there when it is armed.
  void arm(Timer& timer, TimePoint when);

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  /// The earliest deadline, or `never`.
  [[nodiscard]] TimePoint next() const { return heap_.empty() ? never : heap_.front().when; }
  /// Fires timers whose time is `now` or earlier, earliest first, and at most so many: the rest
  /// waits for the next call. So does one that is armed again meanwhile: a timer of zero cannot
  /// hold the loop.
  void expire(TimePoint now, std::size_t at_most = std::numeric_limits<std::size_t>::max());
  /// Every timer is told that its time will never come.
  void abandon();

 private:
  friend class Timer;
  struct Entry {
    TimePoint when;
    Timer* timer;
  };
  [[nodiscard]] const Entry& entry_of(const Timer& timer) const {
    return timer.aside_ ? aside_[timer.place_] : heap_[timer.place_];
  }
  void remove(Timer& timer);
  void rise(std::size_t place, Entry entry);
  void sink(std::size_t place, Entry entry);
  void put(std::size_t place, Entry entry);
  void push(Timer& timer, TimePoint when);

  std::vector<Entry> heap_;
  std::vector<Entry> aside_;             // what expire(), while it runs, leaves for the next call
  const TimePoint* expiring_ = nullptr;  // what expire() was told, while it runs
};

inline void Timer::cancel() {
  if (queue_ != nullptr) queue_->remove(*this);
}

inline TimePoint Timer::when() const { return queue_->entry_of(*this).when; }

}  // namespace weir
