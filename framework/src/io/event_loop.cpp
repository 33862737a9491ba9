#include "weir/io/event_loop.hpp"

#include <time.h>

#include <algorithm>
#include <boost/asio/execution_context.hpp>

#include "io/mailbox.hpp"
#include "io/messages/message_batch.hpp"

namespace weir {

namespace {

class SystemClock final : public Clock {
 public:
  // What std::chrono::steady_clock asks for, at half the price: not through a second library.
  [[nodiscard]] TimePoint now() const override {
    timespec time;
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

/// A task that waits for its time; frees itself when it has run, or with its queue's loop.
class TaskTimer final : public Timer {
 public:
  explicit TaskTimer(Task task) : task_(std::move(task)) {}
  ~TaskTimer() override = default;

 private:
  void on_timer() override {
    const std::unique_ptr<TaskTimer> self(this);
    task_();
  }
  void on_abandoned() override { delete this; }
  Task task_;
};

const SystemClock system_clock;

/// Room for posted tasks that is not given back after a round.
constexpr std::size_t spare_tasks_to_keep = 1024;

}  // namespace

void Deferred::cancel() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

EventLoop::EventLoop(const Clock* clock)
    : clock_(clock != nullptr ? clock : &system_clock),
      tick_clock_(*clock_, clock == nullptr),
      now_(clock_->now()),
      mailbox_(std::make_shared<Mailbox>(*this)) {
  deferred_.previous_ = deferred_.next_ = &deferred_;
}

EventLoop::~EventLoop() { close_mailbox(); }

MessageBatch& EventLoop::message_batch() {
  if (message_batch_ == nullptr) message_batch_ = std::make_shared<MessageBatch>();
  return *message_batch_;
}

bool EventLoop::post(Task task) { return mailbox_->post(std::move(task)); }

void EventLoop::defer(Deferred& work) {
  if (work.deferred()) return;
  const bool first = deferred_.next_ == &deferred_;
  work.previous_ = deferred_.previous_;
  work.next_ = &deferred_;
  deferred_.previous_->next_ = &work;
  deferred_.previous_ = &work;
  if (first) need_round();
}

void EventLoop::run_after(Duration delay, Task task) {
  timers_.arm(*new TaskTimer(std::move(task)), later(clock_now(), delay));
}

void EventLoop::update_now() { now_ = clock_->now(); }

bool EventLoop::has_work() const { return deferred_.next_ != &deferred_ || !mailbox_->empty(); }

Duration EventLoop::finish_round() {
  TimePoint next = next_timer();
  if (next <= now_ || has_work()) next = run_what_waits();
  return next == TimerQueue::never ? Duration(-1) : std::max(next - now_, Duration::zero());
}

void EventLoop::run_timers() {
  const bool late = next_timer() < now_ - timers_late;
  timers_.expire(now_,
                 late ? std::max(timers_a_round, timers_.size() / late_share) : timers_a_round);
}

/// Answers when there is more to do: now, or at the next timer.
TimePoint EventLoop::run_what_waits() {
  run_timers();
  run_posted();
  run_deferred();
  return has_work() ? now_ : next_timer();
}

void EventLoop::run_posted() {
  if (mailbox_->empty()) return;
  std::vector<Task> tasks = std::move(spare_tasks_);
  mailbox_->take(tasks);
  for (Task& task : tasks) task();
  tasks.clear();
  if (tasks.capacity() <= spare_tasks_to_keep) spare_tasks_ = std::move(tasks);
}

void EventLoop::run_deferred() {
  // What is deferred meanwhile belongs to the next round: move the present ones to a ring aside.
  if (deferred_.next_ == &deferred_) return;
  DeferredList now;
  now.next_ = deferred_.next_;
  now.previous_ = deferred_.previous_;
  now.next_->previous_ = &now;
  now.previous_->next_ = &now;
  deferred_.previous_ = deferred_.next_ = &deferred_;
  while (now.next_ != &now) {
    Deferred& work = *now.next_;
    work.cancel();
    work.run_deferred();
  }
  now.previous_ = now.next_ = nullptr;
}

boost::asio::execution_context& EventLoop::asio_context() {
  if (asio_context_ == nullptr) {
    asio_context_ = std::make_shared<boost::asio::execution_context>();
  }
  return *asio_context_;
}

void EventLoop::close_mailbox() {
  mailbox_->close();
  timers_.abandon();
}

}  // namespace weir
