// Call: one request, from its frame to its one answer, which may come later. Layer: session.
// Made and owned by a protocol; what a handler keeps of it is a Responder.
//
//   being handled --answered--> settled                      nothing was asked of anybody
//        |
//        | a Responder was kept
//        v
//       out --reply, fail, deadline, last Responder dropped, end of the connection--> settled, once
//
// While it is out, the loop holds a reference, the connection counts it
// (Connection::handler_began), and its deadline runs. An answer after it is settled is a no-op that
// says so.
//
// Threads: the connection's loop's, but for what Responder does.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/core/task.hpp"
#include "weir/core/time.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/session/failure.hpp"
#include "weir/session/observer.hpp"
#include "weir/session/options.hpp"
#include "weir/session/session.hpp"

namespace weir {

class Connection;

/// When a handler that begins now is to have answered.
[[nodiscard]] inline TimePoint handler_deadline(const Deadlines& deadlines, const EventLoop& loop) {
  if (deadlines.handler <= Duration::zero()) return TimerQueue::never;
  return later(loop.now(), deadlines.handler);
}

class Call : private Timer, private SessionObserver {
 public:
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  /// What came, without what framed it and what named the handler. Lent until the handler returns,
  /// unless it was kept.
  [[nodiscard]] std::string_view payload() const { return payload_; }
  /// Copies the payload, so that it lives as long as the call.
  void keep_payload() {
    if (payload_.data() != kept_.data()) keep();
  }
  /// From any thread: somebody has answered, or it is over.
  [[nodiscard]] bool answered() const { return claimed_.load(std::memory_order_relaxed); }
  /// What came of it has been done.
  [[nodiscard]] bool settled() const { return settled_; }

  /// The answer. True when it was the first; after another one, a failure or the end it is a no-op.
  bool reply(std::string_view payload);
  bool fail(const Failure& failure);
  /// It has been dealt with, and there is nothing to say.
  bool finish();
  /// The same with an answer that the protocol has more of than bytes: calls `write` where the
  /// connection is there, on the loop.
  template <class Write>
  bool reply_by(Write write) {
    if (!claim()) return false;
    if (!settled_ && connection() != nullptr) write();
    settle(nullptr);
    return true;
  }

  /// The latest moment for the answer, counted while the call is out; it only ever comes nearer.
  void set_deadline(TimePoint when) {
    if (when >= deadline_) return;
    deadline_ = when;
    if (out_) loop_.timers().arm(*this, when);
  }
  [[nodiscard]] TimePoint deadline() const { return deadline_; }
  /// Called when the call is settled without the answer that `cancel` would stop the making of:
  /// at the deadline and at the connection's end. One at a time.
  void on_cancel(Task cancel) { cancel_ = std::move(cancel); }

  // For the protocol:

  /// Somebody keeps a Responder.
  [[nodiscard]] bool held() const { return holders_.load(std::memory_order_acquire) != 0; }
  /// The handler has returned, and it did not answer: it is out when somebody can still answer,
  /// and has failed with `unanswered` when not. `most` as for Connection::handler_began.
  void handler_returned(std::size_t most);
  /// Gives the owner's reference back.
  void release();

 protected:
  Call(const Session& session, EventLoop& loop);
  ~Call() override = default;

  /// Begins anew: only when settled, and when nobody else refers to it.
  void begin(std::string_view payload, TimePoint deadline) {
    payload_ = payload;
    deadline_ = deadline;
    claimed_.store(false, std::memory_order_relaxed);
    settled_ = false;
  }
  /// Nobody but the caller refers to it: the owner may use it again.
  [[nodiscard]] bool unshared() const { return references_.load(std::memory_order_acquire) == 1; }
  /// nullptr when it has ended.
  [[nodiscard]] Connection* connection() const;
  /// Sends an answer as one message; ends the connection when the framing has no form for it, for
  /// the peer would wait for it in vain. The connection is there.
  void send_or_end(std::string_view answer);

  /// How the protocol writes an answer; the connection is there. At most one of the two, once.
  virtual void write_reply(std::string_view payload) = 0;
  virtual void write_failure(const Failure& failure) = 0;
  /// Copies the payload, and what else is lent with it.
  virtual void keep();
  /// The last call of each: what became of it. nullptr: answered. Also told when the connection
  /// ended meanwhile.
  virtual void on_settled(const Failure* failure) { static_cast<void>(failure); }

 private:
  friend class Responder;

  bool claim();
  void deliver(std::string_view payload);
  void deliver(const Failure& failure);
  void settle(const Failure* failure);
  void abandoned();
  void acquire() { references_.fetch_add(1, std::memory_order_relaxed); }
  void on_timer() override;
  void on_session_end() override;

  Session session_;
  EventLoop& loop_;
  std::string_view payload_;
  std::string kept_;
  TimePoint deadline_ = TimerQueue::never;
  Task cancel_;
  std::atomic<std::uint32_t> references_{1};  // who keeps it alive
  std::atomic<std::uint32_t> holders_{0};     // Responders: who can still answer
  std::atomic<bool> claimed_{false};          // somebody has answered, or it is over
  bool settled_ = true;
  bool out_ = false;
};

/// A reference that keeps a call alive, and no more.
struct CallRelease {
  void operator()(Call* call) const { call->release(); }
};
template <class C>
using CallPtr = std::unique_ptr<C, CallRelease>;

}  // namespace weir
