#include "inspector/history.hpp"

namespace weir::inspect {

void History::add(TimePoint now, const Reading& reading, Duration worst_lag) {
  Histogram times;
  for (const RouteReading& route : reading.routes) times.add(route.time);
  const ServerStats& stats = reading.stats;
  const bool first = last_ == TimePoint();
  const double passed = in_seconds(now - last_);
  if (!first && passed > 0) {
    const auto rate = [passed](std::uint64_t total, std::uint64_t before) {
      return total > before ? static_cast<double>(total - before) / passed : 0.0;
    };
    Histogram recent = times;
    recent.subtract(times_before_);
    moments_.push_back({.number = ++count_,
                        .accepted = rate(stats.accepted, before_.accepted),
                        .bytes_in = rate(stats.bytes_in, before_.bytes_in),
                        .bytes_out = rate(stats.bytes_out, before_.bytes_out),
                        .frames = rate(stats.frames_in, before_.frames_in),
                        .calls = rate(times.count(), times_before_.count()),
                        .failures = rate(stats.handler_failures, before_.handler_failures),
                        .active = stats.active,
                        .queued = stats.queued,
                        .lag = in_seconds(worst_lag),
                        .p50 = in_seconds(recent.quantile(0.5)),
                        .p99 = in_seconds(recent.quantile(0.99))});
    if (moments_.size() > most_) moments_.pop_front();
  }
  last_ = now;
  before_ = stats;
  times_before_ = std::move(times);
}

}  // namespace weir::inspect
