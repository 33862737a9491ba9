#include "service/health_check.hpp"

#include <utility>

namespace weir {

namespace {

/// For a transport that says what it must, a PROXY header, and is closed.
class Nothing final : public Sink {
 public:
  void on_bytes(std::string_view) override {}
  void on_end() override {}
  void on_writable() override {}
  void on_closed(int) override {}
};

}  // namespace

HealthCheck::HealthCheck(EventLoop& loop, std::shared_ptr<Upstreams> upstreams)
    : loop_(loop), upstreams_(std::move(upstreams)), probes_(upstreams_->count()) {
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    Probe& probe = probes_[i];
    probe.dialer = std::make_unique<Dialer>(
        loop_, upstreams_->at(i).endpoint, upstreams_->dial_options(i, {}, {}), Dialer::Resolve(),
        [this, &probe](Result<TransportPtr> result) { told(probe, std::move(result)); });
  }
  loop_.timers().arm(*this, later(loop_.clock_now(), upstreams_->options().health_interval));
}

HealthCheck::~HealthCheck() {
  // What was not learned says nothing.
  for (const Probe& probe : probes_) {
    if (probe.choice.has_value()) upstreams_->drop_check(*probe.choice, loop_.now());
  }
}

void HealthCheck::on_timer() {
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    Probe& probe = probes_[i];
    if (probe.choice.has_value()) continue;
    probe.choice = upstreams_->begin_check(i, loop_.now());
    if (probe.choice.has_value()) probe.dialer->dial(upstreams_->options().attempt);
  }
  loop_.timers().arm(*this, later(loop_.now(), upstreams_->options().health_interval));
}

void HealthCheck::told(Probe& probe, Result<TransportPtr> result) {
  const auto choice = std::exchange(probe.choice, std::nullopt);
  if (choice.has_value()) upstreams_->end_check(*choice, result.ok(), loop_.now());
  if (!result.ok()) return;
  Nothing nothing;
  const TransportPtr transport = result.take();  // released before `nothing` goes
  transport->start(nothing);
}

}  // namespace weir
