// Connection: its beginning, its end, and the deadlines between them. The way of the bytes is in
// connection_input.cpp and connection_output.cpp.
#include "weir/session/connection.hpp"

#include <cassert>
#include <cerrno>
#include <stdexcept>
#include <string>

#include "core/text.hpp"
#include "session/connection_guarded.hpp"
#include "session/session_state.hpp"
#include "weir/session/flight_recorder.hpp"

namespace weir {

namespace {

/// Bytes that the log shows of what an exception or an error says.
constexpr std::size_t most_detail = 500;

std::shared_ptr<SessionState> make_state(ConnectionContext& context, Connection& connection,
                                         const Transport& transport) {
  auto state = std::make_shared<SessionState>();
  state->mailbox = context.loop.mailbox();
  state->connection = &connection;
  state->high_watermark = context.options.flow.high_watermark;
  state->max_queued = context.options.flow.max_queued;
  state->id = context.next_id++;
  state->peer = transport.peer();
  if (const TransportSecurity* security = transport.security()) {
    state->security = std::make_unique<const TransportSecurity>(*security);
  }
  return state;
}

CloseReason reason_of(int error) {
  if (error == ECONNRESET || error == EPIPE) return CloseReason::peer_reset;
  // What a listener for datagrams says: no stream ends like this.
  return error == ECONNABORTED ? CloseReason::displaced : CloseReason::transport_failed;
}

}  // namespace

Connection::Connection(ConnectionContext& context, ConnectionOwner& owner, TransportPtr transport,
                       std::unique_ptr<Protocol> protocol,
                       std::shared_ptr<const MessageEncoder> encoder)
    : context_(context),
      owner_(owner),
      transport_(std::move(transport)),
      protocol_(std::move(protocol)),
      active_at_(context.loop.now()) {
  auto state = make_state(context, *this, *transport_);
  state->encoder = std::move(encoder);
  session_ = Session(std::move(state));
  const std::size_t most = transport_->max_message();
  messages_ = most != 0;
  if (messages_ && !protocol_->use_messages(most)) {
    throw std::invalid_argument("a protocol for streams on a socket that keeps messages apart");
  }
}

Connection::~Connection() {
  assert(!in_batch_);
  state().ended.store(true, std::memory_order_release);
  state().connection = nullptr;
  state().tell_observers();
  destroy_values();
}

void Connection::start() {
  context_.counters.opened.add();
  tells_written_ = protocol_->wants_written();
  transport_->start(*this);
  opened_ = make_values();
  if (!opened_ || !guarded([this] { protocol_->on_open(session_); })) {
    finish(CloseReason::handler_failed);
  }
  update_timer();
}

/// False when a constructor threw.
bool Connection::make_values() {
  const SessionTypes* types = context_.session_types;
  if (types == nullptr || types->empty()) return true;
  return guarded([this, types] {
    state().values = std::make_unique<SessionValues>(*types);
    state().values->make(session_);
  });
}

void Connection::destroy_values() {
  if (state().values == nullptr) return;
  state().values->destroy();
  state().values.reset();
}

void Connection::describe(ConnectionInfo& info) const {
  const TimePoint now = context_.loop.now();
  info.id = state().id;
  info.peer = state().peer;
  info.quiet = now - active_at_;
  info.queued = queue_.size();
  info.bytes_in = input_.size();
  info.bytes_out = written_;
  info.handlers_out = handlers_out_;
  info.reading = !reading_paused_;
  info.ending = phase_ != Phase::open || shutdown_wanted_;
  if (const FlightRecorder* recorder = protocol_->recorder()) recorder->describe(now, info);
}

// --- the end ---------------------------------------------------------------------------------

void Connection::finish(CloseReason reason) {
  if (phase_ != Phase::open) return;
  // Within a batch a handler may close and reply then: the goodbye is said behind that.
  if (!in_batch_) say_goodbye(reason);
  if (phase_ != Phase::open) return;
  phase_ = Phase::closing;
  reason_ = reason;
  update_halted();
  if (!in_batch_ && queue_.empty()) output_empty();
  update_timer();
}

void Connection::say_goodbye(CloseReason reason) {
  if (!protocol_->says_goodbye(reason)) return;
  Buffer& output = in_batch_ ? context_.loop.scratch() : queue_.own();
  const std::size_t before = output.size();
  if (!guarded([&] { protocol_->say_goodbye(reason, output); })) output.truncate(before);
  if (!in_batch_ && output.size() != before) queued_more(before == 0 && queue_.plain());
}

void Connection::limit_queue(std::size_t most) {
  state().max_queued.store(most, std::memory_order_relaxed);
}

void Connection::use_encoder(std::shared_ptr<const MessageEncoder> encoder) {
  state().encoder = std::move(encoder);
}

void Connection::abort(CloseReason reason) {
  if (phase_ == Phase::closed) return;
  // A decided end keeps its reason, unless this one costs the peer what it was owed.
  if (reason_ == CloseReason::none || !queue_.empty()) reason_ = reason;
  end_now();
}

void Connection::end_now() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  halted_ = true;
  Timer::cancel();
  transport_->close();
}

void Connection::on_closed(int error) {
  if (reason_ == CloseReason::none || (phase_ != Phase::closed && !queue_.empty())) {
    reason_ = reason_of(error);
    if (const std::string why = transport_->failure(); !why.empty()) log_failure(reason_, why);
  }
  phase_ = Phase::closed;
  halted_ = true;
  Timer::cancel();
  Deferred::cancel();
  input_.release();
  queue_.release();
  tell_waiting();
  state().ended.store(true, std::memory_order_release);
  state().connection = nullptr;
  context_.counters.closed[static_cast<std::size_t>(reason_)].add();
  if (opened_) guarded([this] { protocol_->on_close(session_, reason_); });
  state().tell_observers();
  destroy_values();
  if (context_.log.enabled(LogLevel::debug)) {
    context_.log.write(LogLevel::debug, "connection " + std::to_string(state().id) + " from " +
                                            state().peer.to_string() +
                                            " ended: " + std::string(to_string(reason_)));
  }
  owner_.on_connection_closed(*this);  // may destroy this
}

void Connection::drain() {
  draining_ = true;
  if (!idle() && !waits_in_vain()) return;
  if (!queue_.empty() || protocol_->says_goodbye(CloseReason::drained)) {
    return finish(CloseReason::drained);
  }
  // Nothing was asked that it could still be reading the answer to, so it need not linger.
  abort(CloseReason::drained);
}

/// The drain need not wait for what is out.
bool Connection::waits_in_vain() const {
  return phase_ == Phase::open && handlers_out_ != 0 && !in_batch_ && protocol_->ends_with_drain();
}

bool Connection::idle() const {
  return phase_ == Phase::open && !in_message() && queue_.empty() && handlers_out_ == 0 &&
         !in_batch_;
}

void Connection::log_failure(CloseReason reason, std::string_view detail) {
  if (!context_.log.enabled(LogLevel::warning)) return;
  std::string line = "connection " + std::to_string(state().id) + " from " +
                     state().peer.to_string() + ": " + std::string(to_string(reason)) + ": ";
  // An exception may repeat what a stranger sent.
  line.append(text::printable(detail, most_detail));
  context_.brakes->by_reason[static_cast<std::size_t>(reason)].write(
      context_.log, LogLevel::warning, context_.loop.now(), line);
}

void Connection::fail(CloseReason reason, std::string_view detail) {
  if (phase_ != Phase::open) return;
  if (reason == CloseReason::handler_failed) context_.counters.handler_failures.add();
  if (!detail.empty()) log_failure(reason, detail);
  finish(reason);
}

void Connection::count_failure(std::string_view detail) {
  context_.counters.handler_failures.add();
  log_failure(CloseReason::handler_failed, detail);
}

// --- deadlines -------------------------------------------------------------------------------

/// The earliest deadline of what is outstanding now, and what it means. One timer stands for all:
/// activity only moves the time stamps, and the timer looks at them when it fires.
TimePoint Connection::deadline(CloseReason& reason) const {
  const Deadlines& limits = context_.options.deadlines;
  TimePoint earliest = TimerQueue::never;
  const auto consider = [&](TimePoint since, Duration limit, CloseReason meaning) {
    if (limit <= Duration::zero() || limit > TimerQueue::never - since) return;
    if (since + limit >= earliest) return;
    earliest = since + limit;
    reason = meaning;
  };
  if (phase_ == Phase::lingering) consider(waiting_since_, limits.linger, reason_);
  if (!queue_.empty() && !(output_held_ && phase_ == Phase::open)) {
    consider(write_since_, limits.write, CloseReason::write_timeout);
  }
  if (phase_ != Phase::open) return earliest;
  if (bounded_ && handlers_out_ != 0)
    consider(waiting_since_, limits.handler, CloseReason::handler_timeout);
  if (in_message() && !halted_) {
    consider(frame_since_, limits.frame, CloseReason::frame_timeout);
  }
  const bool outstanding = !queue_.empty() || handlers_out_ != 0 || (in_message() && !halted_);
  if (!outstanding) consider(active_at_, limits.idle, CloseReason::idle_timeout);
  return earliest;
}

void Connection::update_timer() {
  if (phase_ == Phase::closed) return;
  CloseReason meaning = CloseReason::none;
  const TimePoint next = deadline(meaning);
  if (next == TimerQueue::never) return;
  if (!Timer::armed() || next < Timer::when()) context_.loop.timers().arm(*this, next);
}

/// The peer takes nothing. Closed alone, the socket would stay with the system, and all that it
/// holds for the peer, until that took it after all or several minutes have passed: so it is reset.
void Connection::end_stuck() {
  SocketOptions reset;
  reset.linger = Duration::zero();
  // Where there is nothing to reset, closing does.
  if (!messages_) static_cast<void>(transport_->set_options(reset));
  abort(CloseReason::write_timeout);
}

void Connection::on_timer() {
  CloseReason meaning = CloseReason::none;
  if (deadline(meaning) > context_.loop.now()) return update_timer();
  if (phase_ == Phase::lingering) return end_now();
  if (meaning == CloseReason::write_timeout) return end_stuck();
  finish(meaning);
}

}  // namespace weir
