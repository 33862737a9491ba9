// Connection, the way in: lent bytes to the protocol, what no frame has used yet to input_.
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "session/connection_guarded.hpp"
#include "session/session_state.hpp"
#include "weir/session/flight_recorder.hpp"

namespace weir {

namespace {

/// More handlers than that are never out.
std::uint32_t narrowed(std::size_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::size_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

/// Decodes out of the lent bytes where it can; only the beginning of a frame is ever copied.
inline void Connection::take_input(std::string_view bytes) {
  if (!input_.empty()) bytes = complete_frame(bytes);
  if (bytes.empty()) return;
  if (input_.empty() && !halted_) {
    bytes.remove_prefix(process(bytes));
    if (bytes.empty()) return;
    frame_since_ = context_.loop.now();
  }
  if (phase_ != Phase::open) return;
  input_.append(bytes);
  if (halted_) update_halted();
}

/// What follows from a batch, whatever came in it.
inline void Connection::after_input() {
  if (handing_over_) succeed();
  if (input_.capacity() != 0 && (input_.empty() || phase_ != Phase::open)) input_.release();
  if (phase_ == Phase::open && input_ended_) handle_end();
  if (draining_ && (idle() || waits_in_vain())) finish(CloseReason::drained);
  if (phase_ != Phase::open || in_message() || !queue_.empty() || bounded_) update_timer();
}

void Connection::on_bytes(std::string_view bytes) {
  context_.counters.bytes_in.add(bytes.size());
  active_at_ = context_.loop.now();
  if (phase_ == Phase::open) {
    if (messages_) {
      take_message(bytes);
    } else {
      take_input(bytes);
    }
    after_input();
    return;
  }
  discarded_ += bytes.size();
  if (discarded_ > context_.options.flow.max_discarded) end_now();
}

/// A message stands for itself: nothing waits from an earlier one, for reading pauses while input_
/// holds the rest of one.
void Connection::take_message(std::string_view message) {
  if (!halted_) message.remove_prefix(process(message));
  if (message.empty() || phase_ != Phase::open) return;
  if (!halted_) return end_truncated(message);
  input_.append(message);
  frame_since_ = context_.loop.now();
  update_halted();
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
  InputContext lent{session_,
                    *this,
                    context_.loop,
                    context_.loop.scratch(),
                    frames,
                    halted_,
                    std::max<std::size_t>(context_.options.flow.high_watermark, 1)};
  while (used < input.size() && !halted_) {
    Progress progress;
    in_batch_ = true;
    const bool ran = guarded([&] { progress = protocol_->on_input(input.substr(used), lent); });
    if (phase_ == Phase::closing) say_goodbye(reason_);
    in_batch_ = false;
    used += progress.consumed;
    partial_ = progress.partial;
    if (partial_) frame_since_ = context_.loop.now();
    send_scratch();
    if (!ran) finish(CloseReason::handler_failed);
    if (progress.failure != nullptr) fail_batch(*progress.failure, input.substr(used));
    if (shutdown_wanted_ || phase_ != Phase::open) end_batch();
    if (progress.need != 0 || progress.consumed == 0) {
      need_ = progress.need;
      break;
    }
  }
  context_.counters.frames_in.add(frames);
  return used;
}

/// The protocol cannot go on; `rest` is what it did not use.
void Connection::fail_batch(const Progress::Failure& failure, std::string_view rest) {
  if (!failure.mistake.empty() && phase_ == Phase::open) {
    log_failure(failure.reason,
                rest.empty() ? failure.mistake : failure.mistake + "; " + describe_input(rest));
  }
  finish(failure.reason);
}

/// The handler has closed, or half-closed, and what it sent before that went out or waits.
void Connection::end_batch() {
  if (shutdown_wanted_ && !output_over_) {
    output_over_ = true;
    update_halted();
  }
  const bool owed = phase_ == Phase::closing || (shutdown_wanted_ && !shutdown_done_);
  if (owed && queue_.empty()) output_empty();
}

void Connection::continue_input() {
  if (!halted_ && !input_.empty() && input_.size() >= need_) {
    const std::size_t used = process(input_.view());
    frame_since_ = context_.loop.now();
    input_.consume(used);
    if (messages_) {
      if (!halted_ && !input_.empty()) end_truncated(input_.view());
      update_halted();  // the next message may come
    }
  }
  after_input();
}

void Connection::succeed() {
  handing_over_ = false;
  while (auto next = protocol_->successor()) protocol_ = std::move(next);
  tells_written_ = protocol_->wants_written();
}

void Connection::on_end() {
  input_ended_ = true;
  if (phase_ == Phase::lingering) return end_now();
  // After a resume() in this round, whole frames still wait in input_.
  continue_input();
}

/// Also later than the end: what the protocol says of it may change while a handler is out.
void Connection::handle_end() {
  if (handlers_out_ != 0 && protocol_->ends_with_peer()) return finish(CloseReason::peer_ended);
  if (halted_) return;
  if (in_message()) return end_truncated(input_.view());
  if (handlers_out_ != 0) return;
  if (!std::exchange(end_handled_, true)) {
    if (!guarded([this] { protocol_->on_end(session_); })) {
      return finish(CloseReason::handler_failed);
    }
    if (handlers_out_ != 0) return;
  }
  if (!transport_->ended_cleanly()) return finish(CloseReason::unclean_end);
  if (!context_.options.flow.keep_half_open || shutdown_done_) finish(CloseReason::peer_ended);
}

/// No more will come of the frame that begins with `rest`.
void Connection::end_truncated(std::string_view rest) {
  log_failure(CloseReason::truncated_frame, "the peer stopped after " +
                                                std::to_string(rest.size()) +
                                                " bytes of a frame; " + describe_input(rest));
  finish(CloseReason::truncated_frame);
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

void Connection::handler_began(std::size_t most, bool bounded) {
  if (handlers_out_++ == 0) waiting_since_ = context_.loop.now();
  most_out_ = narrowed(most);
  bounded_ = bounded;
  if (handlers_out_ >= most_out_) update_halted();
}

void Connection::handlers_at_once(std::size_t most) {
  most_out_ = narrowed(most);
  update_halted();
}

void Connection::handler_done() {
  if (handlers_out_ == 0) return;
  if (--handlers_out_ == 0) bounded_ = false;
  if (context_.loop.monitor() != nullptr) {
    if (FlightRecorder* recorder = protocol_->recorder()) recorder->answered();
  }
  active_at_ = context_.loop.now();
  if (phase_ == Phase::closed) return;
  update_halted();
  // Input may wait, or the end of all.
  context_.loop.defer(*this);
}

/// Reading waits while frames may not be handled; once the end is decided it goes on, to drop what
/// still comes. A handler that is out stops it only when bytes come meanwhile: most answer before,
/// and stopping and resuming are calls of the system. It goes on a little longer where it shows
/// that nobody waits for the handler any more. Messages are not joined in input_: there it stops at
/// once, until input_ is empty again.
void Connection::update_halted() {
  const bool out = handlers_out_ != 0 && handlers_out_ >= most_out_;
  const bool waits = paused_ || pressured_ || out;
  const bool was_halted = halted_;
  // A batch ends behind the frame whose handler half-closed: what follows has no output any more.
  const bool half_closing = shutdown_wanted_ && !output_over_;
  halted_ = waits || half_closing || phase_ != Phase::open;
  // Nobody let the peer complete meanwhile what begins in input_.
  if (was_halted && !halted_) frame_since_ = context_.loop.now();
  const bool more_waits =
      out && !input_.empty() &&
      (input_.size() > context_.options.flow.read_ahead || !protocol_->ends_with_peer());
  const bool wanted = paused_ || pressured_ || (messages_ ? out || !input_.empty() : more_waits);
  const bool pause_reading = wanted && phase_ == Phase::open;
  if (pause_reading == reading_paused_ || phase_ == Phase::closed) return;
  reading_paused_ = pause_reading;
  if (pause_reading) {
    transport_->pause_reading();
  } else {
    transport_->resume_reading();
  }
}

}  // namespace weir
