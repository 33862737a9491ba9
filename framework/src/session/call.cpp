#include "weir/session/call.hpp"

#include "session/session_state.hpp"
#include "weir/session/connection.hpp"
#include "weir/session/responder.hpp"

namespace weir {

Call::Call(const Session& session, EventLoop& loop) : session_(session), loop_(loop) {}

Connection* Call::connection() const { return session_.state()->connection; }

void Call::keep() {
  kept_.assign(payload_);
  payload_ = kept_;
}

// --- the answer ------------------------------------------------------------------------------

bool Call::claim() {
  // Only a Responder brings in another thread.
  if (held()) return !claimed_.exchange(true, std::memory_order_acq_rel);
  if (claimed_.load(std::memory_order_relaxed)) return false;
  claimed_.store(true, std::memory_order_relaxed);
  return true;
}

bool Call::reply(std::string_view payload) {
  if (!claim()) return false;
  deliver(payload);
  return true;
}

bool Call::fail(const Failure& failure) {
  if (!claim()) return false;
  deliver(failure);
  return true;
}

bool Call::finish() {
  if (!claim()) return false;
  settle(nullptr);
  return true;
}

// What another thread answered may come when all is over.
void Call::deliver(std::string_view payload) {
  if (!settled_ && connection() != nullptr) write_reply(payload);
  settle(nullptr);
}

void Call::deliver(const Failure& failure) {
  if (!settled_ && connection() != nullptr) write_failure(failure);
  settle(&failure);
}

void Call::settle(const Failure* failure) {
  if (std::exchange(settled_, true)) return;
  if (cancel_) cancel_ = {};
  if (!out_) return on_settled(failure);
  out_ = false;
  Timer::cancel();
  unobserve();
  const CallPtr<Call> loops(this);  // the loop's reference, given back at the end
  on_settled(failure);
  if (Connection* open = connection()) open->handler_done();
}

void Call::send_or_end(std::string_view answer) {
  if (connection()->reply(answer) != SendResult::rejected) return;
  // It was logged why, and the connection may have ended by it.
  if (Connection* open = connection()) open->fail(CloseReason::unencodable_reply, {});
}

// --- out -------------------------------------------------------------------------------------

void Call::handler_returned(std::size_t most) {
  if (settled_) return;
  // Claimed already: the answer is on its way from another thread.
  if (!held() && claim()) return deliver(Failure{.kind = FailureKind::unanswered});
  if (!observe(session_)) return;
  acquire();
  out_ = true;
  if (deadline_ != TimerQueue::never) loop_.timers().arm(*this, deadline_);
  connection()->handler_began(most, false);
}

void Call::on_timer() {
  if (!claim()) return;  // an answer is on its way from another thread
  Task cancel = std::move(cancel_);
  deliver(Failure{.kind = FailureKind::timed_out});
  if (cancel) cancel();
}

void Call::on_session_end() {
  claimed_.store(true, std::memory_order_release);
  Task cancel = std::move(cancel_);
  const Failure ended{.kind = FailureKind::unanswered, .message = "the connection has ended"};
  settle(&ended);
  if (cancel) cancel();
}

void Call::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void Call::abandoned() {
  if (answered()) return;
  const LoopHandle loop = session_.loop();
  if (loop.on_loop_thread()) {
    // Not out yet: handler_returned() will see that nobody can answer.
    if (out_) fail({.kind = FailureKind::unanswered});
    return;
  }
  acquire();
  loop.post([kept = CallPtr<Call>(this)] {
    if (kept->out_) kept->fail({.kind = FailureKind::unanswered});
  });
}

// --- Responder -------------------------------------------------------------------------------

Responder::Responder(Call& call) : call_(&call) {
  call.acquire();
  call.holders_.fetch_add(1, std::memory_order_relaxed);
}

Responder::Responder(const Responder& other) : call_(other.call_) {
  if (call_ == nullptr) return;
  call_->acquire();
  call_->holders_.fetch_add(1, std::memory_order_relaxed);
}

void Responder::drop() {
  Call* call = std::exchange(call_, nullptr);
  if (call == nullptr) return;
  if (call->holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) call->abandoned();
  call->release();
}

/// Claims the call here, so that of two answers the first one wins, and delivers on the loop.
template <class Deliver>
bool Responder::answer(Deliver deliver) const {
  if (call_ == nullptr || !call_->claim()) return false;
  const LoopHandle loop = call_->session_.loop();
  if (loop.on_loop_thread()) {
    deliver(*call_);
    return true;
  }
  call_->acquire();
  return loop.post(
      [kept = CallPtr<Call>(call_), deliver = std::move(deliver)]() mutable { deliver(*kept); });
}

bool Responder::reply(std::string_view payload) const {
  if (call_ == nullptr) return false;
  if (call_->session_.loop().on_loop_thread()) return call_->reply(payload);
  return answer([text = std::string(payload)](Call& call) { call.deliver(text); });
}

bool Responder::fail(Failure failure) const {
  return answer([failure = std::move(failure)](Call& call) { call.deliver(failure); });
}

bool Responder::reply_by(UniqueFunction<void(Call&)> write) const {
  return answer([write = std::move(write)](Call& call) mutable {
    if (!call.settled_ && call.connection() != nullptr) write(call);
    call.settle(nullptr);
  });
}

bool Responder::finish() const {
  return answer([](Call& call) { call.settle(nullptr); });
}

}  // namespace weir
