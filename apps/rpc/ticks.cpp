#include "rpc/ticks.hpp"

#include "rpc/clock.hpp"
#include "weir/routing/json_rpc.hpp"

namespace weir::rpc {

namespace {

/// A peer that does not read is not told more meanwhile: a tick is of no use later.
constexpr std::size_t most_queued = 64 * 1024;

}  // namespace

void Ticks::start(EventLoop& loop, Duration interval) {
  loop_ = &loop;
  interval_ = interval;
  count_ = 0;
  loop.timers().arm(*this, later(loop.clock_now(), interval));
}

bool Ticks::stop() {
  const bool was_running = armed();
  cancel();
  return was_running;
}

void Ticks::on_timer() {
  loop_->timers().arm(*this, later(loop_->now(), interval_));
  ++count_;
  if (session_.queued() > most_queued) return;
  session_.send(notification("tick", {{"count", count_}, {"utc", utc_now()}}));
}

}  // namespace weir::rpc
