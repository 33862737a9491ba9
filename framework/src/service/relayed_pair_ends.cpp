// How a relayed pair ends: by itself, by a side that breaks, by a deadline, by a drain.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/socket.hpp"
#include "service/relayed_pair.hpp"
#include "weir/session/flight_recorder.hpp"

namespace weir {

/// All that came for it went out, and no more will come.
void RelayedPair::shut(Side& side) {
  if (std::exchange(side.shut, true)) return;
  if (phase_ == Phase::open && side.transport->descriptor() >= 0) {
    // If the pair is over by the end of this round, closing says as much.
    side.shut_due = true;
    context_.loop.defer(*this);
  } else {
    side.transport->shutdown_write();
  }
  if (phase_ == Phase::ending) {
    if (side.ended) return end(reason_);
    ending_since_ = context_.loop.now();
    arm(later(ending_since_, context_.options.deadlines.linger));
  } else if (side.other.shut) {
    end(unclean_ ? CloseReason::unclean_end : CloseReason::peer_ended);
  }
}

void RelayedPair::hand_on_ends() {
  for (Side* side : {&client_, &upstream_}) {
    if (std::exchange(side->shut_due, false)) side->transport->shutdown_write();
  }
}

void RelayedPair::on_end(Side& side) {
  if (phase_ == Phase::over) return;
  side.ended = true;
  if (phase_ == Phase::ending) {
    if (side.shut) end(reason_);
    return;
  }
  if (leaving_ && &side == &upstream_) return lose(side, CloseReason::drained, {});
  if (&side == &upstream_ && may_dial_again()) return dial_again();
  unclean_ = unclean_ || !side.transport->ended_cleanly();
  if (side.other.waiting.empty() && side.other.transport != nullptr) shut(side.other);
}

void RelayedPair::on_closed(Side& side, int error) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::ending) return end(reason_);
  if (leaving_ && &side == &upstream_) return lose(side, CloseReason::drained, {});
  if (&side == &upstream_ && may_dial_again()) return dial_again();
  std::string why = side.transport->failure();
  if (why.empty()) why = system_error("its connection ended", error).message;
  if (&side == &upstream_) return lose(side, CloseReason::upstream_failed, std::move(why));
  const bool reset = error == ECONNRESET || error == EPIPE;
  lose(side, reset ? CloseReason::peer_reset : CloseReason::transport_failed, std::move(why));
}

/// One side is gone. The other one gets what came from it, then the end, and may see that end
/// before its connection goes: closing over what it still sends would reset it.
void RelayedPair::lose(Side& side, CloseReason reason, std::string why) {
  Side& left = side.other;
  reason_ = reason;
  why_ = std::move(why);
  side.waiting.release();
  drop_pipe(side);
  if (left.transport == nullptr) return end(reason, std::move(why_));
  phase_ = Phase::ending;
  resume(left);
  if (left.shut) {
    left.shut = false;  // its linger begins
    return shut(left);
  }
  if (left.pending() == 0) shut(left);
}

void RelayedPair::end(CloseReason reason, std::string why) {
  if (phase_ == Phase::over) return;
  if (!why.empty()) why_ = std::move(why);
  leave_upstream();
  phase_ = Phase::over;
  reason_ = reason;
  context_.loop.defer(*this);
}

void RelayedPair::run_deferred() {
  if (phase_ == Phase::over) return finish();
  hand_on_ends();
  if (!std::exchange(dialed_, false)) return;
  dialer_.reset();
  if (phase_ != Phase::dialing || !dial_error_.has_value()) return;
  why_ = std::move(dial_error_->message);
  upstreams_->failed(*choice_, context_.loop.now());
  leave_upstream();
  dial_error_.reset();
  dial();
}

void RelayedPair::describe(ConnectionInfo& info) const {
  info.peer = client_.transport->peer();
  info.quiet = context_.loop.now() - active_at_;
  info.bytes_in = client_.received;
  info.bytes_out = client_.sent;
  info.queued = client_.pending() + upstream_.pending();
  info.reading = !client_.paused;
  info.ending = phase_ == Phase::ending || phase_ == Phase::over || leaving_;
  if (choice_.has_value()) info.upstream = upstreams_->at(choice_->member).name;
}

void RelayedPair::finish() {
  Timer::cancel();
  context_.counters.closed[static_cast<std::size_t>(reason_)].add();
  const bool expected = reason_ == CloseReason::peer_ended || reason_ == CloseReason::drained ||
                        reason_ == CloseReason::idle_timeout || reason_ == CloseReason::peer_reset;
  const LogLevel level = expected ? LogLevel::debug : LogLevel::warning;
  if (context_.log.enabled(level)) {
    std::string line = "relay of " + client_.transport->peer().to_string() + " ended: ";
    line.append(to_string(reason_));
    if (!why_.empty()) line.append(", ").append(why_);
    if (expected) {
      context_.log.write(level, line);
    } else {
      context_.brakes->by_reason[static_cast<std::size_t>(reason_)].write(
          context_.log, level, context_.loop.now(), line);
    }
  }
  owner_.on_served_ended(*this);  // destroys this
}

/// Not later than `when`.
void RelayedPair::arm(TimePoint when) {
  if (when != TimerQueue::never && (!armed() || when < Timer::when())) {
    context_.loop.timers().arm(*this, when);
  }
}

TimePoint RelayedPair::deadline(CloseReason& reason) const {
  const Deadlines& limits = context_.options.deadlines;
  TimePoint earliest = TimerQueue::never;
  const auto consider = [&](TimePoint since, Duration limit, CloseReason why) {
    if (limit <= Duration::zero() || later(since, limit) >= earliest) return;
    earliest = later(since, limit);
    reason = why;
  };
  const bool waits = client_.pending() != 0 || upstream_.pending() != 0;
  for (const Side* side : {&client_, &upstream_}) {
    if (side->pending() != 0) {
      consider(side->write_since, limits.write, CloseReason::write_timeout);
    }
  }
  if (phase_ == Phase::ending && !waits) consider(ending_since_, limits.linger, reason_);
  if (phase_ == Phase::open && !waits) {
    consider(active_at_, limits.idle, CloseReason::idle_timeout);
    if (rests()) consider(active_at_, upstreams_->options().drain_quiet, CloseReason::drained);
  }
  return earliest;
}

void RelayedPair::on_timer() {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::dialing) {
    // Between two rounds; an attempt has a deadline of its own.
    if (dialer_ == nullptr && !choice_.has_value()) dial();
    return;
  }
  CloseReason reason{};
  const TimePoint due = deadline(reason);
  if (due > context_.loop.now()) return arm(due);
  if (phase_ == Phase::open && reason == CloseReason::drained) return leave();
  end(reason);
}

// --- the drain ---------------------------------------------------------------------------------

bool RelayedPair::idle() const {
  return phase_ == Phase::open && untouched() && client_.received == 0 && upstream_.received == 0;
}

void RelayedPair::drain() {
  draining_ = true;
  if (idle()) return end(CloseReason::drained);
  CloseReason reason{};
  if (phase_ == Phase::open) arm(deadline(reason));
}

/// The server drains, and as far as anybody can tell that does not know the bytes, nobody waits for
/// the other one: what moved last went to the client.
bool RelayedPair::rests() const {
  return draining_ && !leaving_ && !client_.ended && last_from_ != &client_;
}

/// Something moved: it may rest from now on.
void RelayedPair::arm_rest() {
  const Duration quiet = upstreams_->options().drain_quiet;
  if (quiet > Duration::zero()) arm(later(active_at_, quiet));
}

/// It has rested for long enough. The upstream is told that no more will come, as if the client had
/// said so; what it still has to say reaches the client, and its end is the pair's.
void RelayedPair::leave() {
  if (idle()) return end(CloseReason::drained);
  CloseReason reason{};
  if (net::holds_bytes(client_.transport->descriptor()) ||
      net::holds_bytes(upstream_.transport->descriptor())) {
    active_at_ = context_.loop.now();
    return arm(deadline(reason));
  }
  leaving_ = true;
  reason_ = CloseReason::drained;
  shut(upstream_);
  if (phase_ == Phase::open) arm(deadline(reason));
}

}  // namespace weir
