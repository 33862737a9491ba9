#include "service/relayed_pair.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/socket.hpp"

namespace weir {

RelayedPair::RelayedPair(TransportPtr client, std::shared_ptr<Upstreams> upstreams,
                         ConnectionContext& context, ServedOwner& owner)
    : context_(context),
      owner_(owner),
      upstreams_(std::move(upstreams)),
      client_(*this, upstream_),
      upstream_(*this, client_),
      tried_(upstreams_->count()),
      active_at_(context.loop.now()) {
  client_.transport = std::move(client);
  context_.counters.opened.add();
}

RelayedPair::~RelayedPair() {
  leave_upstream();
  client_.waiting.release();
  upstream_.waiting.release();
  drop_pipe(client_);
  drop_pipe(upstream_);
}

void RelayedPair::start() {
  dial_until_ = context_.options.deadlines.connect > Duration::zero()
                    ? later(context_.loop.now(), context_.options.deadlines.connect)
                    : TimerQueue::never;
  pause(client_);
  client_.transport->start(client_);
  dial();
}

// --- the upstream ------------------------------------------------------------------------------

void RelayedPair::dial() {
  const RelayOptions& options = upstreams_->options();
  const TimePoint now = context_.loop.clock_now();
  if (attempts_ == options.attempts || now >= dial_until_) {
    return end(CloseReason::no_upstream, std::move(why_));
  }
  choice_ = upstreams_->enter(now, tried_);
  if (!choice_.has_value()) {
    if (why_.empty()) why_ = "all upstreams have as many connections as they may";
    // All were tried: a pause, and from the beginning.
    std::fill(tried_.begin(), tried_.end(), false);
    return arm(later(now, options.pause));
  }
  if (attempts_++ != 0) upstreams_->retried();
  const std::size_t member = choice_->member;
  tried_[member] = true;
  const bool named = options.proxy_header.has_value();
  dialer_ = std::make_unique<Dialer>(
      context_.loop, upstreams_->at(member).endpoint,
      upstreams_->dial_options(member, named ? client_.transport->peer() : SocketAddress(),
                               named ? client_.transport->local() : SocketAddress()),
      Dialer::Resolve(), [this](Result<TransportPtr> result) { on_dialed(std::move(result)); });
  dialer_->dial(std::min(options.attempt, dial_until_ - now));
}

/// Inside a call of the dialer, which goes when it is over.
void RelayedPair::on_dialed(Result<TransportPtr> result) {
  dialed_ = true;
  context_.loop.defer(*this);
  if (phase_ != Phase::dialing) return;
  if (!result.ok()) {
    dial_error_ = result.error();
    return;
  }
  phase_ = Phase::open;
  active_at_ = connected_at_ = context_.loop.now();
  why_.clear();
  upstreams_->connected(*choice_, context_.loop.now());
  upstream_.transport = result.take();
  upstream_.transport->start(upstream_);
  if (!upstream_.waiting.empty()) flush(upstream_);
  if (client_.ended && upstream_.waiting.empty()) shut(upstream_);
  if (upstream_.waiting.size() <= context_.options.flow.low_watermark) resume(client_);
  CloseReason reason{};
  arm(deadline(reason));
}

/// The choice is over, whatever came of it.
void RelayedPair::leave_upstream() {
  if (!choice_.has_value()) return;
  if (choice_->probe && phase_ == Phase::dialing && !dial_error_.has_value()) {
    upstreams_->drop_check(*choice_, context_.loop.now());
  }
  upstreams_->left(*std::exchange(choice_, std::nullopt));
}

/// Nothing went to it and nothing came from it: another one will do as well, unless the client has
/// left without a word.
bool RelayedPair::may_dial_again() const {
  return phase_ == Phase::open && untouched() && upstream_.received == 0 &&
         !(client_.ended && upstream_.waiting.empty());
}

void RelayedPair::dial_again() {
  // That it ends a connection which nobody used for a while is its right.
  const TimePoint now = context_.loop.now();
  if (now - connected_at_ < upstreams_->options().attempt) upstreams_->failed(*choice_, now);
  leave_upstream();
  upstream_.transport.reset();
  upstream_.paused = upstream_.ended = upstream_.shut = upstream_.shut_due = false;
  why_ = "every upstream ended before it had sent anything";
  phase_ = Phase::dialing;
  if (!client_.ended) pause(client_);
  dial();
}

/// Its end may lie unread while the client's first bytes are here: they had better not be sent.
bool RelayedPair::upstream_is_gone() const {
  const int descriptor = upstream_.transport->descriptor();
  return descriptor >= 0 && !net::peer_is_there(descriptor);
}

// --- the bytes ---------------------------------------------------------------------------------

void RelayedPair::on_bytes(Side& from, std::string_view bytes) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::ending) return discard(bytes.size());
  if (&from == &client_ && leaving_) return discard(bytes.size());
  note_moved(from, bytes.size());
  Side& to = from.other;
  if (&from == &upstream_) {
    if (!std::exchange(answered_, true)) upstreams_->answered(*choice_, active_at_);
  } else if (to.sent == 0 && to.waiting.empty() && may_dial_again() && upstream_is_gone()) {
    to.waiting.append(bytes);
    tell_waiting();
    return dial_again();
  }
  const std::size_t taken = to.waiting.empty() ? write(to, bytes) : 0;
  if (taken == bytes.size()) {
    if (taken == Transport::max_read) begin_splicing(from);
    return;
  }
  if (to.waiting.empty()) begin_waiting(to);
  to.waiting.append(bytes.substr(taken));
  tell_waiting();
  // There must be room for whatever the next read brings.
  if (to.waiting.size() + Transport::max_read > context_.options.flow.high_watermark) {
    if (!from.paused) context_.counters.pauses.add();
    pause(from);
  }
}

/// `size` bytes came from it.
void RelayedPair::note_moved(Side& from, std::size_t size) {
  active_at_ = context_.loop.now();
  last_from_ = &from;
  from.received += size;
  (&from == &client_ ? context_.counters.bytes_in : context_.counters.bytes_out).add(size);
  if (draining_) arm_rest();
}

/// Bytes that have nobody to go to any more.
void RelayedPair::discard(std::size_t size) {
  discarded_ += size;
  if (discarded_ > context_.options.flow.max_discarded) end(reason_);
}

/// What is left of it has its deadline from now on.
void RelayedPair::begin_waiting(Side& to) {
  to.write_since = active_at_;
  if (context_.options.deadlines.write > Duration::zero()) {
    arm(later(active_at_, context_.options.deadlines.write));
  }
}

/// A read came full: there is more, and it is worth a pipe.
void RelayedPair::begin_splicing(Side& from) {
  Side& to = from.other;
  if (from.transport->descriptor() < 0 || to.transport->descriptor() < 0) return;
  PipePool& pipes = upstreams_->pipes(context_.loop);
  to.pipe = pipes.take();
  if (to.pipe == nullptr) return;
  if (!from.transport->leave_bytes(true)) pipes.give(std::move(to.pipe));
}

/// The pipe is empty.
void RelayedPair::end_splicing(Side& from) {
  static_cast<void>(from.transport->leave_bytes(false));
  upstreams_->pipes(context_.loop).give(std::move(from.other.pipe));
}

void RelayedPair::drop_pipe(Side& to) {
  to.piped = 0;
  if (to.pipe != nullptr) upstreams_->pipes(context_.loop).drop(std::move(to.pipe));
  tell_waiting();
}

void RelayedPair::on_readable(Side& from) {
  constexpr int most_rounds = 4;  // then it is another one's turn
  Side& to = from.other;
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::ending || to.pipe == nullptr || (&from == &client_ && leaving_)) {
    // It has nobody to go to: read and dropped from now on.
    static_cast<void>(from.transport->leave_bytes(false));
    return drop_pipe(to);
  }
  const std::size_t most = std::min(to.pipe->size, context_.options.flow.high_watermark);
  std::size_t moved = 0;
  bool over = false;
  for (int round = 0; round < most_rounds && to.piped == 0; ++round) {
    const net::Transfer got =
        net::splice_in(from.transport->descriptor(), to.pipe->write.get(), most);
    over = got.end || got.error != 0;
    if (got.bytes == 0) break;
    note_moved(from, got.bytes);
    moved += got.bytes;
    to.piped = got.bytes;
    to.piped -= write_piped(to);
  }
  if (to.piped != 0) {
    tell_waiting();
    context_.counters.pauses.add();
    begin_waiting(to);
    return pause(from);
  }
  // The transport learns of an end by itself; and few bytes are cheaper to copy.
  if (over || moved < Transport::max_read / 2) end_splicing(from);
}

std::size_t RelayedPair::write_piped(Side& to) {
  const std::size_t taken = to.transport->write_from(to.pipe->read.get(), to.piped);
  to.sent += taken;
  return taken;
}

std::size_t RelayedPair::write(Side& to, std::string_view bytes) {
  const std::size_t taken = to.transport->write({&bytes, 1});
  to.sent += taken;
  return taken;
}

/// What waits has changed.
void RelayedPair::tell_waiting() {
  const std::size_t waiting = client_.pending() + upstream_.pending();
  // Unsigned: what became less is added as what it is short of.
  context_.counters.queued.add(waiting - std::exchange(told_waiting_, waiting));
}

void RelayedPair::flush(Side& to) {
  if (phase_ == Phase::over || to.pending() == 0) return;
  const bool piped = to.piped != 0;
  const std::size_t taken = piped ? write_piped(to) : write(to, to.waiting.view());
  if (taken != 0) to.write_since = active_at_ = context_.loop.now();
  if (draining_) arm_rest();
  if (piped) {
    to.piped -= taken;
  } else {
    to.waiting.consume(taken);
    if (to.waiting.empty()) to.waiting.release();
  }
  tell_waiting();
  if (phase_ == Phase::ending) {
    if (to.pending() == 0) shut(to);
    return;
  }
  if (piped && to.piped != 0) return;
  if (to.waiting.size() <= context_.options.flow.low_watermark) resume(to.other);
  if (to.waiting.empty() && to.other.ended) shut(to);
}

void RelayedPair::pause(Side& side) {
  if (std::exchange(side.paused, true)) return;
  side.transport->pause_reading();
}

void RelayedPair::resume(Side& side) {
  if (!side.paused || side.ended) return;
  side.paused = false;
  side.transport->resume_reading();
}

}  // namespace weir
