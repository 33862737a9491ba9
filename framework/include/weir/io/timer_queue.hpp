// TimerQueue: all deadlines of one loop in one binary heap, written once for all loops.
// Layer: io. A loop asks `next()` how long it may wait and calls `expire()` after waiting.
// On the loop's thread only.
//
//     heap_  [0] earliest      each Timer knows its place, so moving or cancelling one is
//            [1] [2]           O(log n) and allocates nothing; a Timer lives in its owner
//            [3] [4] [5] ...
#pragma once

#include <cstddef>
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
  [[nodiscard]] TimePoint when() const { return when_; }
  void cancel();

 protected:
  virtual ~Timer() { cancel(); }

 private:
  friend class TimerQueue;
  /// The time has come; the timer is no longer armed and may be armed again or destroyed.
  virtual void on_timer() = 0;
  /// Its queue is being destroyed; the time will never come.
  virtual void on_abandoned() {}

  TimerQueue* queue_ = nullptr;
  std::size_t place_ = 0;
  bool aside_ = false;  // place_ is one of aside_, not of heap_
  TimePoint when_{};
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
  /// The earliest deadline, or `never`.
  [[nodiscard]] TimePoint next() const { return heap_.empty() ? never : heap_.front().when; }
  /// Fires every timer whose time is `now` or earlier, earliest first. One that is armed again
  /// meanwhile waits for the next call, so a timer of zero cannot hold the loop.
  void expire(TimePoint now);
  /// Every timer is told that its time will never come.
  void abandon();

 private:
  friend class Timer;
  struct Entry {
    TimePoint when;
    Timer* timer;
  };
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

}  // namespace weir
