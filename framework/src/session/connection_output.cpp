// Connection, the way out: the replies of a batch to the kernel, what it did not take to queue_.
#include <string>

#include "session/connection_guarded.hpp"
#include "session/session_state.hpp"

namespace weir {

namespace {

/// Above this, the loop's scratch gives its block back after a batch.
constexpr std::size_t scratch_to_keep = 512 * 1024;

}  // namespace

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

std::size_t Connection::in_scratch() const {
  return in_batch_ ? context_.loop.scratch().size() : 0;
}

void Connection::took(std::size_t bytes) {
  if (bytes == 0) return;
  context_.counters.bytes_out.add(bytes);
  active_at_ = context_.loop.now();
  written_ += bytes;
  if (tells_written_) protocol_->on_written(written_);
}

/// The replies of a batch: to the kernel straight from the scratch, the rest to queue_.
void Connection::send_scratch() {
  Buffer& scratch = context_.loop.scratch();
  if (scratch.empty()) return;
  if (phase_ != Phase::closed && !output_over_) {
    std::string_view rest = scratch.view();
    if (queue_.empty()) {
      const std::size_t taken = transport_->write({&rest, 1});
      took(taken);
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
    write_since_ = context_.loop.now();
    queue_.consume(taken);
    state_->queued.store(queue_.size(), std::memory_order_relaxed);
    took(taken);
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

}  // namespace weir
