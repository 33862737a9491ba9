#include "io/mailbox.hpp"

#include "weir/io/event_loop.hpp"

namespace weir {

bool Mailbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  EventLoop* loop = loop_.load(std::memory_order_relaxed);
  if (loop == nullptr) return false;
  tasks_.push_back(std::move(task));
  const bool first = count_.fetch_add(1, std::memory_order_release) == 0;
  if (!first) return true;
  if (owner_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    loop->need_round();
  } else {
    loop->wake();
  }
  return true;
}

void Mailbox::close() {
  std::vector<Task> dropped;  // destroyed after the lock: a task's captures may call post()
  const std::lock_guard lock(mutex_);
  loop_.store(nullptr, std::memory_order_release);
  dropped.swap(tasks_);
  count_.store(0, std::memory_order_release);
}

void Mailbox::take(std::vector<Task>& into) {
  const std::lock_guard lock(mutex_);
  into.swap(tasks_);
  count_.store(0, std::memory_order_release);
}

}  // namespace weir
