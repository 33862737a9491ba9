// Mailbox: how other threads reach a loop, also when the loop may be gone already.
// Layer: io, private. Shared between a loop and every handle that may outlive it.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "weir/core/task.hpp"

namespace weir {

class EventLoop;

class Mailbox {
 public:
  explicit Mailbox(EventLoop& loop) : loop_(&loop) {}

  /// From any thread. False when the loop is gone: the task is dropped.
  bool post(Task task);
  /// No task is taken any more, and the loop is not woken again. Tasks that wait are dropped.
  void close();

  /// On the loop's thread: the tasks posted so far, in order. What `into`, which is empty, has room
  /// for is room for the next ones.
  void take(std::vector<Task>& into);
  [[nodiscard]] bool empty() const { return count_.load(std::memory_order_acquire) == 0; }

  /// True on the thread that runs the loop, and while none does.
  [[nodiscard]] bool on_loop_thread() const {
    const auto owner = owner_.load(std::memory_order_relaxed);
    return owner == std::thread::id() || owner == std::this_thread::get_id();
  }
  /// nullptr once closed. Of use on the loop's thread alone: elsewhere it may end at any time.
  [[nodiscard]] EventLoop* loop() const { return loop_.load(std::memory_order_acquire); }
  void set_owner(std::thread::id owner) { owner_.store(owner, std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::atomic<EventLoop*> loop_;  // nullptr once closed; written under the lock
  std::vector<Task> tasks_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::thread::id> owner_{};
};

}  // namespace weir
