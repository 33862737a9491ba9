// LoopHandle: a way to a loop that may be gone. Layer: io.
// Cheap to copy, safe on any thread and for as long as one likes; owns nothing of the loop.
#pragma once

#include <memory>

#include "weir/core/task.hpp"

namespace weir {

class EventLoop;
class Mailbox;

class LoopHandle {
 public:
  /// Refers to no loop, as if it were gone.
  LoopHandle() = default;
  explicit LoopHandle(const EventLoop& loop);
  explicit LoopHandle(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

  /// EventLoop::post(); false when the loop is gone, and the task is dropped here.
  bool post(Task task) const;
  /// True on the thread that runs the loop, and while none does.
  [[nodiscard]] bool on_loop_thread() const;
  /// On the loop's thread alone; nullptr when it is gone.
  [[nodiscard]] EventLoop* loop() const;

  friend bool operator==(const LoopHandle&, const LoopHandle&) = default;

 private:
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace weir
