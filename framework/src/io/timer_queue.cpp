#include "weir/io/timer_queue.hpp"

#include <utility>

namespace weir {

void TimerQueue::abandon() {
  while (!heap_.empty()) {
    Timer& timer = *heap_.back().timer;
    heap_.pop_back();
    timer.queue_ = nullptr;
    timer.on_abandoned();  // may free it
  }
}

void TimerQueue::arm(Timer& timer, TimePoint when) {
  if (expiring_ != nullptr && when <= *expiring_) {
    timer.cancel();
    timer.queue_ = this;
    timer.aside_ = true;
    timer.place_ = static_cast<std::uint32_t>(aside_.size());
    aside_.push_back(Entry{when, &timer});
    return;
  }
  if (timer.queue_ == this && !timer.aside_) {
    if (when < timer.when()) {
      rise(timer.place_, Entry{when, &timer});
    } else {
      sink(timer.place_, Entry{when, &timer});
    }
    return;
  }
  timer.cancel();
  push(timer, when);
}

void TimerQueue::push(Timer& timer, TimePoint when) {
  heap_.push_back(Entry{when, &timer});
  timer.queue_ = this;
  timer.aside_ = false;
  rise(heap_.size() - 1, Entry{when, &timer});
}

void TimerQueue::expire(TimePoint now, std::size_t at_most) {
  expiring_ = &now;
  for (; at_most > 0 && !heap_.empty() && next() <= now; --at_most) {
    Timer& timer = *heap_.front().timer;
    remove(timer);
    timer.on_timer();
  }
  expiring_ = nullptr;
  for (const Entry& entry : aside_) push(*entry.timer, entry.when);
  aside_.clear();
}

void TimerQueue::remove(Timer& timer) {
  const std::size_t place = timer.place_;
  timer.queue_ = nullptr;
  if (std::exchange(timer.aside_, false)) {
    aside_[place] = aside_.back();
    aside_[place].timer->place_ = timer.place_;
    aside_.pop_back();
    return;
  }
  const Entry last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  if (place > 0 && last.when < heap_[(place - 1) / 2].when) {
    rise(place, last);
  } else {
    sink(place, last);
  }
}

void TimerQueue::put(std::size_t place, Entry entry) {
  heap_[place] = entry;
  entry.timer->place_ = static_cast<std::uint32_t>(place);
}

void TimerQueue::rise(std::size_t place, Entry entry) {
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (heap_[parent].when <= entry.when) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, entry);
}

void TimerQueue::sink(std::size_t place, Entry entry) {
  const std::size_t count = heap_.size();
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= count) break;
    if (child + 1 < count && heap_[child + 1].when < heap_[child].when) ++child;
    if (entry.when <= heap_[child].when) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, entry);
}

}  // namespace weir
