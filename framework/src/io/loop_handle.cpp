#include "weir/io/loop_handle.hpp"

#include "io/mailbox.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

LoopHandle::LoopHandle(const EventLoop& loop) : mailbox_(loop.mailbox()) {}

bool LoopHandle::post(Task task) const {
  return mailbox_ != nullptr && mailbox_->post(std::move(task));
}

bool LoopHandle::on_loop_thread() const {
  return mailbox_ != nullptr && mailbox_->on_loop_thread();
}

EventLoop* LoopHandle::loop() const { return mailbox_ == nullptr ? nullptr : mailbox_->loop(); }

}  // namespace weir
