// The loop of one thread of the load.
#include "client/worker.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "failure.hpp"
#include "system/endpoint.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t buffer_size = 256U << 10U;
constexpr int batch_size = 256;
constexpr unsigned most_arrivals = 1024;  // between two looks at what the server sent
constexpr std::uint64_t second = 1'000'000'000;
constexpr int tick_milliseconds = 100;
constexpr std::uint64_t tick = second / 10;
constexpr std::uint64_t reply_deadline = 10 * second;  // without a reply on any connection
constexpr std::uint64_t close_deadline = 2 * second;   // for the server to close after the end
constexpr auto no_end = std::numeric_limits<std::uint64_t>::max();

std::uint64_t now_nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count());
}

// Only the worker's own thread writes: no locked instruction is needed.
void add_to(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
  counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

Worker::Worker(Stage& stage, const Dialect& dialect, const LoadOptions& options, const Share& share)
    : stage_(stage),
      dialect_(dialect),
      options_(options),
      share_(share),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(buffer_size),
      events_(batch_size),
      recorder_(share.rate > 0 ? Recorder::Rule::by_due_time : Recorder::Rule::by_answer),
      to_send_(no_end),
      quota_ends_at_(no_end),
      source_(share.seed) {
  if (!epoll_.is_open()) fail_with_errno("epoll_create1");
}

void Worker::add(Descriptor socket, unsigned number) {
  auto& stream = streams_.emplace_back(dialect_, number, options_.depth, options_.churn);
  stream.open(std::move(socket));
  ++open_;
  ++new_;
  if (stream.is_opening()) ++opening_;
}

void Worker::start() {
  is_going_.store(new_ == 0);
  if (share_.rate > 0) {
    open_loop_.emplace(share_.rate, static_cast<unsigned>(streams_.size()), share_.max_backlog,
                       share_.seed);
  }
  thread_ = std::thread{[this] { run(); }};
  thread_id_.wait(0);
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  thread_id_.store(gettid());
  thread_id_.notify_all();
  try {
    loop();
  } catch (...) {
    failure_ = std::current_exception();
  }
  ended_.store(true);
  stage_.notify();
}

void Worker::loop() {
  // Waits end on time, not up to 50 us later: an open loop is late by as much.
  if (open_loop_) prctl(PR_SET_TIMERSLACK, 1UL);
  stage_.wait_while(Phase::waiting);
  for (;;) {
    const Phase phase = stage_.phase();
    if (phase == Phase::abandoned) return;
    if (phase != phase_) enter(phase);
    if (phase == Phase::draining && has_drained()) return;
    wait();
    if (open_loop_) arrive();
  }
}

void Worker::enter(Phase phase) {
  const auto now = now_nanoseconds();
  const bool first = phase_ == Phase::waiting;
  phase_ = phase;
  if (phase == Phase::measuring) {
    if (!first) arrive_all(now - 1);  // the window holds its begin, but not its end
    begin_measuring(now);
  }
  if (phase == Phase::draining) {
    begin_draining(now);
  } else if (first) {
    begin(now);
  }
}

void Worker::begin(std::uint64_t now) {
  progressed_at_ = now;
  if (open_loop_) open_loop_->start(now);
  for (auto& stream : streams_) {
    pump(stream, now_nanoseconds());
    watch(stream, EPOLL_CTL_ADD);
  }
}

void Worker::begin_measuring(std::uint64_t now) {
  if (open_loop_) begin_demand(now);
  recorder_.begin(now);
  if (share_.quota > 0) {
    to_send_ = share_.quota - std::min(share_.quota, in_flight_);
    quota_ends_at_ = replies() + share_.quota;
    quota_sent_at_ = now;
  }
}

// Nothing new is sent from here on.
void Worker::begin_draining(std::uint64_t now) {
  if (open_loop_) end_demand(now);
  to_send_ = 0;
  recorder_.end(now);
  if (open_loop_) open_loop_->give_up(now, recorder_);
  for (auto& stream : streams_) pump(stream, now);
}

// What came due while this thread lagged behind in the warm-up belongs to no window.
void Worker::arrive_all(std::uint64_t now) {
  while (open_loop_ && arrive_one(now)) {
  }
}

void Worker::begin_demand(std::uint64_t now) {
  demand_ = {.offered = open_loop_->offered(),
             .dropped = open_loop_->dropped(),
             .waiting_at_begin = open_loop_->backlog() + in_flight_};
  demand_began_at_ = now;
}

// What came due while this thread lagged behind was offered as well, and waited: leaving it out
// would be kindest where the load was worst. With a quota nothing is due after its last message.
void Worker::end_demand(std::uint64_t now) {
  while (to_send_ > 0 && open_loop_->arrive(now - 1)) {
  }
  const auto end = to_send_ > 0 ? now : quota_sent_at_;
  demand_.seconds = static_cast<double>(end - demand_began_at_) / second;
  demand_.offered = open_loop_->offered() - demand_.offered;
  demand_.dropped = open_loop_->dropped() - demand_.dropped;
  demand_.unsent = open_loop_->backlog();
  demand_.peak = std::max(demand_.peak, open_loop_->backlog());
  demand_.waiting_at_end = open_loop_->backlog() + in_flight_;
}

void Worker::wait() {
  const int count = wait_for_events();
  if (count < 0 && errno != EINTR) fail_with_errno("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const auto& event = events_[static_cast<std::size_t>(i)];
    on_event(*static_cast<Stream*>(event.data.ptr), event.events);
  }
  if (count == 0) check_progress();
}

// To the nanosecond only where something is due then: that call is not everywhere.
int Worker::wait_for_events() {
  if (!open_loop_ || to_send_ == 0) {
    return epoll_wait(epoll_.get(), events_.data(), batch_size, tick_milliseconds);
  }
  const auto now = now_nanoseconds();
  const auto due = open_loop_->next_due();
  const auto left = due > now ? std::min(due - now, tick) : 0;
  const timespec timeout{.tv_sec = 0, .tv_nsec = static_cast<long>(left)};
  return epoll_pwait2(epoll_.get(), events_.data(), batch_size, &timeout, nullptr);
}

void Worker::check_progress() const {
  const auto closing = phase_ == Phase::draining ? 0 : finished_;
  if (in_flight_ + opening_ + closing == 0) return;
  if (now_nanoseconds() - progressed_at_ <= reply_deadline) return;
  if (opening_ > 0) throw Failure("no answer to a handshake for 10 s");
  if (in_flight_ == 0) {
    throw Failure("the server left " + std::to_string(closing) +
                  " connections open for 10 s after their end");
  }
  throw Failure("no reply for 10 s, with " + std::to_string(in_flight_) + " messages in flight");
}

void Worker::arrive() {
  const auto now = now_nanoseconds();
  unsigned arrivals = 0;
  while (arrivals < most_arrivals && to_send_ > 0 && arrive_one(now)) ++arrivals;
  demand_.peak = std::max(demand_.peak, open_loop_->backlog());
}

// False when no message is due.
bool Worker::arrive_one(std::uint64_t now) {
  const auto connection = open_loop_->arrive(now);
  if (!connection) return false;
  auto& stream = streams_[*connection];
  const bool had_unsent = stream.has_unsent();
  pump(stream, now);
  if (stream.has_unsent() != had_unsent) watch(stream, EPOLL_CTL_MOD);
  return true;
}

void Worker::on_event(Stream& stream, std::uint32_t events) {
  const bool had_unsent = stream.has_unsent();
  if ((events & EPOLLOUT) != 0 && had_unsent) stream.flush();
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) {  // bytes, an end or an error: recv tells which
    const bool was_opening = stream.is_opening();
    const auto taken = stream.receive(buffer_);
    if (stream.is_closed()) return on_closed(stream);
    const auto now = now_nanoseconds();
    if (was_opening && !stream.is_opening()) {
      --opening_;
      progressed_at_ = now;
    }
    if (taken.payload > 0) add_to(payload_, taken.payload);  // before who has it says so
    if (taken.messages > 0) on_replies(stream, taken, now);
    if (taken.messages > 0 || was_opening) pump(stream, now);
  }
  if (stream.has_unsent() != had_unsent) watch(stream, EPOLL_CTL_MOD);
}

void Worker::on_closed(Stream& stream) {
  --open_;
  --finished_;
  progressed_at_ = now_nanoseconds();
  add_to(connections_, 1);
  if (phase_ != Phase::draining) reopen(stream);
}

void Worker::on_replies(Stream& stream, const Taken& taken, std::uint64_t now) {
  progressed_at_ = now;
  if (stream.is_new() && --new_ == 0) {
    is_going_.store(true);
    stage_.notify();
  }
  stream.settle(taken.messages, now, recorder_);
  in_flight_ -= taken.messages;
  add_to(replies_, taken.messages);
  if (replies() >= quota_ends_at_ && !has_quota()) {
    has_quota_.store(true);
    stage_.notify();
  }
}

// Starts what may be started, and finishes a connection that has nothing more to do.
void Worker::pump(Stream& stream, std::uint64_t now) {
  const bool is_full = stream.has_unsent();
  const auto before = stream.in_flight();
  const auto room = static_cast<unsigned>(std::min<std::uint64_t>(stream.room(), to_send_));
  if (open_loop_) {
    start_due(stream, room);
  } else if (room > 0) {
    stream.start(room, stream.due_at(now));
  }
  if (const auto count = stream.in_flight() - before; count > 0) count_started(count, now);
  if (stream.has_unsent() && !is_full) stream.flush();
  const bool is_last = phase_ == Phase::draining || stream.is_used_up();
  if (!is_last || stream.in_flight() > 0 || stream.is_opening() || stream.is_finished()) return;
  stream.finish();
  ++finished_;
}

void Worker::start_due(Stream& stream, unsigned room) {
  const auto connection = index_of(stream);
  for (; room > 0 && open_loop_->has_backlog(connection); --room) {
    stream.start(1, open_loop_->take(connection));
  }
}

void Worker::count_started(unsigned count, std::uint64_t now) {
  if (in_flight_ == 0) progressed_at_ = now;
  if (to_send_ != no_end) {
    to_send_ -= count;
    quota_sent_at_ = now;
  }
  in_flight_ += count;
}

void Worker::reopen(Stream& stream) {
  const auto begun = now_nanoseconds();
  stream.open(start_connect(options_.to, source_++ % churn_sources), begun);
  ++open_;
  if (stream.is_opening()) ++opening_;
  pump(stream, now_nanoseconds());
  watch(stream, EPOLL_CTL_ADD);
}

void Worker::watch(Stream& stream, int operation) const {
  epoll_event event{};
  event.events = EPOLLIN | (stream.has_unsent() ? std::uint32_t{EPOLLOUT} : 0U);
  event.data.ptr = &stream;
  if (epoll_ctl(epoll_.get(), operation, stream.descriptor(), &event) != 0) {
    fail_with_errno("epoll_ctl");
  }
}

bool Worker::has_drained() const {
  if (open_ == 0) return true;
  return in_flight_ + opening_ == 0 && now_nanoseconds() - progressed_at_ > close_deadline;
}

}  // namespace weir::bench
