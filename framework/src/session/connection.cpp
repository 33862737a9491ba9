#include "weir/session/connection.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <exception>
#include <string>

#include "core/text.hpp"
#include "session/session_state.hpp"

namespace weir {

namespace {

/// Above this, the loop's scratch gives its block back after a batch.
constexpr std::size_t scratch_to_keep = 512 * 1024;

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
  return state;
}

CloseReason reason_of(int error) {
  return error == ECONNRESET || error == EPIPE ? CloseReason::peer_reset
                                               : CloseReason::transport_failed;
}

}  // namespace

Connection::Connection(ConnectionContext& context, ConnectionOwner& owner, TransportPtr transport,
                       std::unique_ptr<Protocol> protocol)
    : context_(context),
      owner_(owner),
      transport_(std::move(transport)),
      protocol_(std::move(protocol)),
      active_at_(context.loop.now()) {
  auto state = make_state(context, *this, *transport_);
  state_ = state.get();
  session_ = Session(std::move(state));
}

Connection::~Connection() {
  assert(!in_batch_);
  state_->ended.store(true, std::memory_order_release);
  state_->connection = nullptr;
}

void Connection::start() {
  context_.counters.opened.add();
  transport_->start(*this);
  if (!guarded([this] { protocol_->on_open(session_); })) finish(CloseReason::handler_failed);
  update_timer();
}

// --- input -----------------------------------------------------------------------------------

void Connection::on_bytes(std::string_view bytes) {
  context_.counters.bytes_in.add(bytes.size());
  active_at_ = context_.loop.now();
  if (phase_ == Phase::open) {
    take_input(bytes);
    after_input();
    return;
  }
  discarded_ += bytes.size();
  if (discarded_ > context_.options.flow.max_discarded) end_now();
}

/// Decodes out of the lent bytes where it can; only the beginning of a frame is ever copied.
void Connection::take_input(std::string_view bytes) {
  if (!input_.empty()) bytes = complete_frame(bytes);
  if (bytes.empty()) return;
  if (input_.empty() && !halted_) {
    bytes.remove_prefix(process(bytes));
    if (bytes.empty()) return;
    frame_since_ = context_.loop.now();
  }
  if (phase_ == Phase::open) input_.append(bytes);
}

/// Completes the frame that begins in input_ with as few bytes as it takes; answers the rest.
std::string_view Connection::complete_frame(std::string_view bytes) {
  while (!bytes.empty() && !input_.empty() && !halted_) {
    const std::size_t missing = need_ > input_.size() ? need_ - input_.size() : 0;
    // One byte missing is what a framing says that cannot know: give it all there is.
    const std::size_t taken = missing <= 1 ? bytes.size() : std::min(missing, bytes.size());
    input_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (input_.size() < need_) break;
    const std::size_t used = process(input_.view());
    if (used != 0) frame_since_ = context_.loop.now();
    input_.consume(used);
  }
  return bytes;
}

/// Lets the protocol handle `input`, sends its replies, and answers how much of it was used.
std::size_t Connection::process(std::string_view input) {
  std::size_t used = 0;
  std::uint64_t frames = 0;
  need_ = 0;
  while (used < input.size() && !halted_) {
    InputContext lent{session_, context_.loop.scratch(), frames, halted_,
                      std::max<std::size_t>(context_.options.flow.high_watermark, 1)};
    Progress progress;
    in_batch_ = true;
    if (!guarded([&] { progress = protocol_->on_input(input.substr(used), lent); })) {
      progress.fail(CloseReason::handler_failed, {});  // logged by guarded()
    }
    in_batch_ = false;
    used += progress.consumed;
    if (progress.handler_out) {
      handler_out_ = true;
      waiting_since_ = context_.loop.now();
      update_halted();
    }
    send_scratch();
    if (progress.failure != nullptr) {
      const auto& [reason, mistake] = *progress.failure;
      if (!mistake.empty() && phase_ == Phase::open) {
        log_failure(reason, mistake + "; " + describe_input(input.substr(used)));
      }
      finish(reason);
    }
    if (shutdown_wanted_ && !output_over_) {
      output_over_ = true;
      update_halted();
    }
    const bool owed = phase_ == Phase::closing || (shutdown_wanted_ && !shutdown_done_);
    if (owed && queue_.empty()) output_empty();  // the handler closed, and everything went out
    if (progress.need != 0 || progress.consumed == 0) {
      need_ = progress.need;
      break;
    }
  }
  context_.counters.frames_in.add(frames);
  return used;
}

void Connection::continue_input() {
  if (!halted_ && !input_.empty() && input_.size() >= need_) {
    const std::size_t used = process(input_.view());
    frame_since_ = context_.loop.now();
    input_.consume(used);
  }
  after_input();
}

/// What follows from a batch, whatever came in it.
void Connection::after_input() {
  if (input_.capacity() != 0 && (input_.empty() || phase_ != Phase::open)) input_.release();
  if (phase_ == Phase::open && input_ended_ && !halted_) handle_end();
  if (draining_ && idle()) finish(CloseReason::drained);
  if (phase_ != Phase::open || !input_.empty() || !queue_.empty() || handler_out_) update_timer();
}

void Connection::on_end() {
  input_ended_ = true;
  if (phase_ == Phase::lingering) return end_now();
  // After a resume() in this round, whole frames still wait in input_.
  continue_input();
}

void Connection::handle_end() {
  if (!input_.empty()) {
    log_failure(CloseReason::truncated_frame,
                "the peer stopped after " + std::to_string(input_.size()) + " bytes of a frame; " +
                    describe_input(input_.view()));
    return finish(CloseReason::truncated_frame);
  }
  if (end_handled_) return;
  end_handled_ = true;
  if (!guarded([this] { protocol_->on_end(session_); })) {
    return finish(CloseReason::handler_failed);
  }
  if (!context_.options.flow.keep_half_open || shutdown_done_) finish(CloseReason::peer_ended);
}

void Connection::pause() {
  paused_ = true;
  update_halted();
}

void Connection::resume() {
  if (!paused_) return;
  paused_ = false;
  update_halted();
  context_.loop.defer(*this);
}

void Connection::handler_done() {
  if (!handler_out_) return;
  handler_out_ = false;
  active_at_ = context_.loop.now();
  update_halted();
  context_.loop.defer(*this);
}

/// Reading waits exactly while frames may not be handled; once the end is decided it goes on, to
/// drop what still comes.
void Connection::update_halted() {
  const bool waits = paused_ || pressured_ || handler_out_;
  const bool was_halted = halted_;
  // A batch ends behind the frame whose handler half-closed: what follows has no output any more.
  const bool half_closing = shutdown_wanted_ && !output_over_;
  halted_ = waits || half_closing || phase_ != Phase::open;
  // Nobody let the peer complete meanwhile what begins in input_.
  if (was_halted && !halted_) frame_since_ = context_.loop.now();
  const bool pause_reading = waits && phase_ == Phase::open;
  if (pause_reading == reading_paused_ || phase_ == Phase::closed) return;
  reading_paused_ = pause_reading;
  if (pause_reading) {
    transport_->pause_reading();
  } else {
    transport_->resume_reading();
  }
}

// --- output ----------------------------------------------------------------------------------

SendResult Connection::send(std::string_view message) {
  if (phase_ != Phase::open || shutdown_wanted_) return SendResult::rejected;
  Buffer& output = in_batch_ ? context_.loop.scratch() : queue_;
  const std::size_t before = output.size();
  Status encoded;
  const bool ran = guarded([&] { encoded = protocol_->encode(message, output); });
  if (!ran || !encoded.ok()) {
    output.truncate(before);
    if (ran) log_failure(CloseReason::unencodable_reply, encoded.error().message);
    return SendResult::rejected;
  }
  if (in_batch_) {
    // One handler that sends without end must not grow the scratch without end.
    if (output.size() >= context_.options.flow.high_watermark) send_scratch();
  } else {
    if (before == 0) write_since_ = context_.loop.now();
    if (queue_.size() >= context_.options.flow.high_watermark && !blocked_) write_queue();
    context_.loop.defer(*this);
    queue_grew();
  }
  if (phase_ == Phase::closed) return SendResult::rejected;
  return pressured_ ? SendResult::pressured : SendResult::queued;
}

void Connection::send_posted(std::string_view message, bool answered_pressured) {
  drained_owed_ = drained_owed_ || answered_pressured;
  send(message);
  context_.loop.defer(*this);
}

/// The replies of a batch: to the kernel straight from the scratch, the rest to queue_.
void Connection::send_scratch() {
  Buffer& scratch = context_.loop.scratch();
  if (scratch.empty()) return;
  if (phase_ != Phase::closed && !output_over_) {
    std::string_view rest = scratch.view();
    if (queue_.empty()) {
      const std::size_t taken = transport_->write({&rest, 1});
      context_.counters.bytes_out.add(taken);
      if (taken > 0) active_at_ = context_.loop.now();
      rest.remove_prefix(taken);
    }
    if (!rest.empty()) {
      if (queue_.empty()) {
        write_since_ = context_.loop.now();
        blocked_ = true;
      }
      queue_.append(rest);
      queue_grew();
    }
  }
  scratch.clear();
  if (scratch.capacity() > scratch_to_keep) scratch.release();
}

void Connection::write_queue() {
  if (queue_.empty() || phase_ == Phase::closed) return;
  const std::string_view waiting = queue_.view();
  const std::size_t taken = transport_->write({&waiting, 1});
  if (taken > 0) {
    context_.counters.bytes_out.add(taken);
    active_at_ = write_since_ = context_.loop.now();
    queue_.consume(taken);
    state_->queued.store(queue_.size(), std::memory_order_relaxed);
  }
  blocked_ = !queue_.empty();
  // Whoever waits for room is told from the loop, not from inside a send().
  if (pressured_ && queue_.size() <= context_.options.flow.low_watermark) {
    context_.loop.defer(*this);
  }
  if (queue_.empty()) {
    queue_.release();
    if (!in_batch_) output_empty();
  }
}

void Connection::queue_grew() {
  state_->queued.store(queue_.size(), std::memory_order_relaxed);
  if (queue_.size() > context_.options.flow.max_queued) return overflow(queue_.size());
  if (pressured_ || queue_.size() < context_.options.flow.high_watermark) return;
  pressured_ = true;
  context_.counters.pauses.add();
  update_halted();
}

void Connection::overflow(std::size_t waiting) {
  if (phase_ == Phase::closed) return;
  log_failure(CloseReason::slow_consumer, std::to_string(waiting) +
                                              " bytes wait for the peer, the limit is " +
                                              std::to_string(context_.options.flow.max_queued));
  abort(CloseReason::slow_consumer);
}

void Connection::on_writable() {
  blocked_ = false;
  run_deferred();
}

void Connection::run_deferred() {
  if (!blocked_) write_queue();
  if ((pressured_ || drained_owed_) && queue_.size() <= context_.options.flow.low_watermark) {
    pressured_ = drained_owed_ = false;
    update_halted();
    if (phase_ == Phase::open && !guarded([this] { protocol_->on_drained(session_); })) {
      finish(CloseReason::handler_failed);
    }
  }
  if (phase_ == Phase::open) continue_input();
  update_timer();
}

/// Nothing waits to be sent: what was to follow that can be done.
void Connection::output_empty() {
  if (phase_ == Phase::closing) {
    if (input_ended_ || reason_ == CloseReason::idle_timeout ||
        context_.options.deadlines.linger == Duration::zero()) {
      return end_now();
    }
    phase_ = Phase::lingering;
    waiting_since_ = context_.loop.now();
    if (!shutdown_done_) transport_->shutdown_write();
    shutdown_done_ = true;
    update_timer();
  } else if (phase_ == Phase::open && shutdown_wanted_ && !shutdown_done_) {
    shutdown_done_ = true;
    transport_->shutdown_write();
    if (end_handled_) finish(CloseReason::peer_ended);
  } else if (draining_ && idle()) {
    finish(CloseReason::drained);
  }
}

void Connection::shutdown_write() {
  if (phase_ != Phase::open) return;
  shutdown_wanted_ = true;
  // In a batch the reply of the frame that is being handled goes out first.
  if (in_batch_) return update_halted();
  output_over_ = true;
  if (queue_.empty()) output_empty();
}

// --- the end ---------------------------------------------------------------------------------

void Connection::finish(CloseReason reason) {
  if (phase_ != Phase::open) return;
  phase_ = Phase::closing;
  reason_ = reason;
  update_halted();
  if (!in_batch_ && queue_.empty()) output_empty();
  update_timer();
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
  }
  phase_ = Phase::closed;
  halted_ = true;
  Timer::cancel();
  Deferred::cancel();
  input_.release();
  queue_.release();
  state_->queued.store(0, std::memory_order_relaxed);
  state_->ended.store(true, std::memory_order_release);
  state_->connection = nullptr;
  context_.counters.closed[static_cast<std::size_t>(reason_)].add();
  guarded([this] { protocol_->on_close(session_, reason_); });
  if (context_.log.enabled(LogLevel::debug)) {
    context_.log.write(LogLevel::debug, "connection " + std::to_string(state_->id) + " from " +
                                            state_->peer.to_string() +
                                            " ended: " + std::string(to_string(reason_)));
  }
  owner_.on_connection_closed(*this);  // may destroy this
}

void Connection::drain() {
  draining_ = true;
  // Nothing was asked that it could still be reading the answer to, so it need not linger.
  if (idle()) abort(CloseReason::drained);
}

bool Connection::idle() const {
  return phase_ == Phase::open && input_.empty() && queue_.empty() && !handler_out_ && !in_batch_;
}

/// False when `call` threw: that was logged and counted.
template <class Call>
bool Connection::guarded(Call call) {
  try {
    call();
    return true;
  } catch (const std::exception& exception) {
    context_.counters.handler_failures.add();
    log_failure(CloseReason::handler_failed, exception.what());
  } catch (...) {
    context_.counters.handler_failures.add();
    log_failure(CloseReason::handler_failed, "an exception that is no std::exception");
  }
  return false;
}

void Connection::log_failure(CloseReason reason, std::string_view detail) {
  if (!context_.log.enabled(LogLevel::warning)) return;
  std::string line = "connection " + std::to_string(state_->id) + " from " +
                     state_->peer.to_string() + ": " + std::string(to_string(reason)) + ": ";
  // An exception may repeat what a stranger sent.
  line.append(text::printable(detail, most_detail));
  context_.brakes->by_reason[static_cast<std::size_t>(reason)].write(
      context_.log, LogLevel::warning, context_.loop.now(), line);
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
  if (!queue_.empty()) consider(write_since_, limits.write, CloseReason::write_timeout);
  if (phase_ != Phase::open) return earliest;
  if (handler_out_) consider(waiting_since_, limits.handler, CloseReason::handler_timeout);
  if (!input_.empty() && !halted_) {
    consider(frame_since_, limits.frame, CloseReason::frame_timeout);
  }
  const bool outstanding = !queue_.empty() || handler_out_ || (!input_.empty() && !halted_);
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

void Connection::on_timer() {
  CloseReason meaning = CloseReason::none;
  if (deadline(meaning) > context_.loop.now()) return update_timer();
  if (phase_ == Phase::lingering) return end_now();
  if (meaning == CloseReason::write_timeout) return abort(meaning);
  finish(meaning);
}

}  // namespace weir
