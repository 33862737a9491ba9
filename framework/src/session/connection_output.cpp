// Connection, the way out: the replies of a batch to the kernel, what it did not take to queue_.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "session/connection_guarded.hpp"
#include "session/session_state.hpp"
#include "weir/core/record.hpp"
#include "weir/session/flight_recorder.hpp"

namespace weir {

namespace {

/// Bytes of a file that go out in one go, before other connections have their turn.
constexpr std::size_t most_of_file = 2 * 1024 * 1024;

/// A file of at most so many bytes goes out in the segments of what stands before it. Of a longer
/// one that took the kernel more than twice the time (docs/decisions.md).
constexpr std::uint64_t most_joined_file = 256 * 1024;

/// Above this, the loop's scratch gives its block back after a batch.
constexpr std::size_t scratch_to_keep = 512 * 1024;

}  // namespace

SendResult Connection::send(std::string_view message, bool more_follows) {
  if (phase_ != Phase::open || shutdown_wanted_) return SendResult::rejected;
  const SendResult result = encode(message);
  more_follows_ = more_follows;
  if (in_batch_) more_behind_ = context_.loop.scratch().size();
  return result;
}

SendResult Connection::reply(std::string_view message) {
  const bool late = phase_ != Phase::open || shutdown_wanted_;
  if (late && (!in_batch_ || phase_ == Phase::closed || output_over_)) return SendResult::rejected;
  return encode(message);
}

SendResult Connection::encode(std::string_view message) {
  Buffer& output = in_batch_ ? context_.loop.scratch() : queue_.own();
  const std::size_t before = output.size();
  Status encoded;
  const bool ran = guarded([&] { encoded = protocol_->encode(message, output); });
  if (!ran || !encoded.ok()) {
    output.truncate(before);
    if (ran) log_failure(CloseReason::unencodable_reply, encoded.error().message);
    return SendResult::rejected;
  }
  if (!in_batch_) return queued_more(before == 0 && queue_.plain());
  // One handler that sends without end must not grow the scratch without end.
  if (output.size() >= context_.options.flow.high_watermark) send_scratch();
  return answer();
}

SendResult Connection::send_shared(SharedBytes bytes) {
  if (phase_ != Phase::open || shutdown_wanted_) return SendResult::rejected;
  // What the handler sent before it goes first.
  if (in_batch_) send_scratch();
  const bool was_empty = queue_.empty();
  if (context_.loop.monitor() != nullptr) record_sent(bytes.size());
  if (phase_ == Phase::open) queue_.append(std::move(bytes));
  return queued_more(was_empty);
}

SendResult Connection::send_file(FileRange range) {
  if (phase_ != Phase::open || shutdown_wanted_ || messages_) return SendResult::rejected;
  if (range.length == 0) return answer();
  // What the handler sent before it goes first.
  more_follows_ = range.length <= most_joined_file;
  more_behind_ = in_scratch();
  if (in_batch_) send_scratch();
  more_follows_ = false;
  const bool was_empty = queue_.empty();
  if (context_.loop.monitor() != nullptr) record_sent(range.length);
  if (phase_ == Phase::open) queue_.append(std::move(range));
  return queued_more(was_empty);
}

/// Something was added to queue_, to go out at the end of the round.
SendResult Connection::queued_more(bool was_empty) {
  if (was_empty) write_since_ = context_.loop.now();
  if (queue_.pressure() >= context_.options.flow.high_watermark && !blocked_) write_queue();
  context_.loop.defer(*this);
  queue_grew();
  return answer();
}

SendResult Connection::answer() const {
  if (phase_ == Phase::closed) return SendResult::rejected;
  return pressured_ ? SendResult::pressured : SendResult::queued;
}

void Connection::send_posted(std::string_view message, bool answered_pressured, bool more_follows) {
  drained_owed_ = drained_owed_ || answered_pressured;
  send(message, more_follows);
  context_.loop.defer(*this);
}

void Connection::send_posted(FileRange range, bool answered_pressured) {
  drained_owed_ = drained_owed_ || answered_pressured;
  send_file(std::move(range));
  context_.loop.defer(*this);
}

/// Before a write.
void Connection::tell_more(bool more) {
  if (more == more_told_) return;
  more_told_ = more;
  transport_->set_more_follows(more);
}

/// What the protocol does not encode, its recorder does not see.
void Connection::record_sent(std::uint64_t bytes) {
  if (FlightRecorder* recorder = protocol_->recorder()) recorder->sent(context_.loop.now(), bytes);
}

/// What other threads may know of the queue.
void Connection::tell_waiting() const {
  const std::size_t waiting = queue_.size();
  // Unsigned: what became less is added as what it is short of.
  context_.counters.queued.add(waiting - state().queued.load(std::memory_order_relaxed));
  state().queued.store(waiting, std::memory_order_relaxed);
  state().held.store(queue_.cost(), std::memory_order_relaxed);
}

std::size_t Connection::in_scratch() const {
  return in_batch_ ? context_.loop.scratch().size() : 0;
}

/// What the peer gets of the first `taken` bytes of `pieces`.
std::size_t Connection::payload(std::span<const std::string_view> pieces, std::size_t taken) const {
  return messages_ ? record_payload(pieces, taken) : taken;
}

inline void Connection::took(std::size_t bytes, std::size_t payload) {
  if (bytes == 0) return;
  context_.counters.bytes_out.add(payload);
  active_at_ = context_.loop.now();
  written_ += bytes;
  if (tells_written_) protocol_->on_written(written_);
}

/// The replies of a batch: to the kernel straight from the scratch, the rest to queue_.
void Connection::send_scratch() {
  Buffer& scratch = context_.loop.scratch();
  if (scratch.empty()) return;
  // A reply of the handler came behind the message that more was to follow upon.
  if (more_behind_ != scratch.size()) more_follows_ = false;
  if (phase_ != Phase::closed && !output_over_) {
    const std::string_view output = scratch.view();
    std::size_t taken = 0;
    if (queue_.empty() && !output_held_) {
      tell_more(more_follows_);
      taken = transport_->write({&output, 1});
      took(taken, payload({&output, 1}, taken));
    }
    if (taken != output.size()) queue_rest(output.substr(taken));
  }
  scratch.clear();
  if (scratch.capacity() > scratch_to_keep) scratch.release();
}

/// What the kernel did not take of a batch.
void Connection::queue_rest(std::string_view rest) {
  if (queue_.empty()) {
    write_since_ = context_.loop.now();
    blocked_ = !output_held_;
  }
  queue_.own().append(rest);
  queue_grew();
}

void Connection::release_output() {
  if (!std::exchange(output_held_, false) || phase_ == Phase::closed) return;
  write_since_ = context_.loop.now();
  context_.loop.defer(*this);
}

void Connection::write_queue() {
  if (queue_.empty() || output_held_ || phase_ == Phase::closed) return;
  // Pieces are offered so many at a time: what is left was not refused.
  do {
    const FileRange* file = queue_.file();
    blocked_ = !(file != nullptr ? write_file(*file) : write_some());
    if (file != nullptr && !blocked_ && !queue_.empty()) {
      context_.loop.defer(*this);  // the rest in the next round
      break;
    }
  } while (!blocked_ && !queue_.empty());
  if (phase_ == Phase::closed) return;
  // Whoever waits for room is told from the loop, not from inside a send().
  if (pressured_ && queue_.pressure() <= context_.options.flow.low_watermark) {
    context_.loop.defer(*this);
  }
  if (queue_.empty()) {
    queue_.release();
    if (!in_batch_) output_empty();
  }
}

/// Offers the kernel what goes out next; true when it took all of that.
bool Connection::write_some() {
  const FileRange* file = queue_.file_behind();
  tell_more(more_follows_ || (file != nullptr && file->length <= most_joined_file));
  std::array<std::string_view, Transport::max_pieces> views;
  std::size_t used = 1;
  if (queue_.plain()) {
    views.front() = queue_.plain_view();
  } else {
    used = queue_.gather(views);
  }
  const std::span<const std::string_view> pieces(views.data(), used);
  std::size_t offered = 0;
  for (const std::string_view piece : pieces) offered += piece.size();
  const std::size_t taken = transport_->write(pieces);
  left_queue(taken, payload(pieces, taken));
  return taken == offered;
}

/// False when the kernel takes no more now. What a file promised and does not hold ends the
/// connection: nothing that follows would stand where the peer expects it.
bool Connection::write_file(const FileRange& range) {
  const auto offered =
      static_cast<std::size_t>(std::min<std::uint64_t>(range.length, most_of_file));
  const FileSent sent = transport_->send_file(range, offered);
  left_queue(sent.bytes, sent.bytes);
  if (sent.error != 0 || sent.short_file) {
    log_failure(CloseReason::file_failed,
                sent.short_file ? "the file ends before the range that was to be sent"
                                : system_error("the file cannot be read", sent.error).message);
    abort(CloseReason::file_failed);
    return true;
  }
  return sent.bytes == offered;
}

void Connection::left_queue(std::size_t bytes, std::size_t payload) {
  if (bytes == 0) return;
  write_since_ = context_.loop.now();
  queue_.consume(bytes);
  tell_waiting();
  took(bytes, payload);
}

void Connection::queue_grew() {
  tell_waiting();
  const std::size_t cost = queue_.cost();
  if (cost > state().max_queued.load(std::memory_order_relaxed)) return overflow(cost);
  if (pressured_ || queue_.pressure() < context_.options.flow.high_watermark) return;
  pressured_ = true;
  context_.counters.pauses.add();
  update_halted();
}

void Connection::overflow(std::size_t waiting) {
  if (phase_ == Phase::closed) return;
  log_failure(CloseReason::slow_consumer,
              std::to_string(waiting) + " bytes wait for the peer, the limit is " +
                  std::to_string(state().max_queued.load(std::memory_order_relaxed)));
  abort(CloseReason::slow_consumer);
}

void Connection::on_writable() {
  blocked_ = false;
  run_deferred();
}

void Connection::run_deferred() {
  if (!blocked_) write_queue();
  if ((pressured_ || drained_owed_) && queue_.pressure() <= context_.options.flow.low_watermark) {
    pressured_ = drained_owed_ = false;
    update_halted();
    state().tell_drained();
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
    if (input_ended_ || !transport_->has_end() || reason_ == CloseReason::idle_timeout ||
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

}  // namespace weir
