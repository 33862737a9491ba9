// The loop of one thread of the load.
#include "client/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t buffer_size = 256U << 10U;
constexpr int batch_size = 256;
constexpr int tick_milliseconds = 100;
constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t reply_deadline = 10 * second;  // without a reply on any connection
constexpr std::uint64_t close_deadline = 2 * second;   // for the server to close after the end
constexpr auto no_end = std::numeric_limits<std::uint64_t>::max();

std::uint64_t now_nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count());
}

}  // namespace

Worker::Worker(Stage& stage, const Script& script, std::uint64_t quota)
    : stage_(stage),
      script_(script),
      quota_(quota),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(buffer_size),
      events_(batch_size),
      to_send_(no_end),
      quota_ends_at_(no_end) {
  if (!epoll_.is_open()) fail_with_errno("epoll_create1");
}

void Worker::add(Descriptor socket, unsigned number) {
  streams_.emplace_back(std::move(socket), script_, number);
  ++open_;
}

void Worker::start() {
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
  stage_.wait_while(Phase::waiting);
  for (;;) {
    const Phase phase = stage_.phase();
    if (phase == Phase::abandoned) return;
    if (phase != phase_) enter(phase);
    if (phase == Phase::draining && has_drained()) return;
    wait();
  }
}

void Worker::enter(Phase phase) {
  const bool first = phase_ == Phase::waiting;
  phase_ = phase;
  if (phase == Phase::measuring && quota_ > 0) {
    to_send_ = quota_ - std::min(quota_, in_flight_);
    quota_ends_at_ = replies() + quota_;
  }
  if (phase == Phase::draining) {
    to_send_ = 0;
    for (auto& stream : streams_) {
      if (stream.in_flight() == 0) stream.finish();
    }
  } else if (first) {
    begin();
  }
}

void Worker::begin() {
  progressed_at_ = now_nanoseconds();
  for (auto& stream : streams_) {
    refill(stream, script_.depth(), now_nanoseconds());
    watch(stream, EPOLL_CTL_ADD);
  }
}

void Worker::wait() {
  const int count = epoll_wait(epoll_.get(), events_.data(), batch_size, tick_milliseconds);
  if (count < 0 && errno != EINTR) fail_with_errno("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const auto& event = events_[static_cast<std::size_t>(i)];
    on_event(*static_cast<Stream*>(event.data.ptr), event.events);
  }
  if (count == 0 && in_flight_ > 0 && now_nanoseconds() - progressed_at_ > reply_deadline) {
    throw Failure("no reply for 10 s, with " + std::to_string(in_flight_) + " messages in flight");
  }
}

void Worker::on_event(Stream& stream, std::uint32_t events) {
  const bool had_unsent = stream.has_unsent();
  if ((events & EPOLLOUT) != 0 && had_unsent) stream.flush();
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) {  // bytes, an end or an error: recv tells which
    const unsigned count = stream.receive(buffer_);
    if (stream.is_closed()) {
      --open_;
      return;
    }
    if (count > 0) on_replies(stream, count);
  }
  if (stream.has_unsent() != had_unsent) watch(stream, EPOLL_CTL_MOD);
}

void Worker::on_replies(Stream& stream, unsigned count) {
  const auto now = now_nanoseconds();
  progressed_at_ = now;
  stream.settle(count, now, phase_ == Phase::measuring ? &latency_ : nullptr);
  in_flight_ -= count;
  const auto total = replies() + count;
  replies_.store(total, std::memory_order_relaxed);
  if (total >= quota_ends_at_ && !has_quota()) {
    has_quota_.store(true);
    stage_.notify();
  }
  refill(stream, count, now);
  if (phase_ == Phase::draining && stream.in_flight() == 0) stream.finish();
}

void Worker::refill(Stream& stream, unsigned count, std::uint64_t now) {
  const auto allowed = static_cast<unsigned>(std::min<std::uint64_t>(count, to_send_));
  if (allowed == 0) return;
  if (to_send_ != no_end) to_send_ -= allowed;
  in_flight_ += allowed;
  stream.send(allowed, now);
}

void Worker::watch(Stream& stream, int operation) const {
  epoll_event event{};
  event.events = EPOLLIN | (stream.has_unsent() ? std::uint32_t{EPOLLOUT} : 0U);
  event.data.ptr = &stream;
  if (epoll_ctl(epoll_.get(), operation, stream.descriptor(), &event) != 0) {
    fail_with_errno("epoll_ctl");
  }
}

bool Worker::has_drained() {
  if (open_ == 0) return true;
  return in_flight_ == 0 && now_nanoseconds() - progressed_at_ > close_deadline;
}

}  // namespace weir::bench
