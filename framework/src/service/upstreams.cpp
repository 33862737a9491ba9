#include "service/upstreams.hpp"

#include <utility>

namespace weir {

namespace {

std::vector<std::string> names_of(const std::vector<Upstream>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const Upstream& each : all) names.push_back(each.name);
  return names;
}

}  // namespace

Upstreams::Upstreams(std::vector<Upstream> all, RelayOptions options)
    : all_(std::move(all)),
      options_(std::move(options)),
      health_(options_.ejection, names_of(all_), options_.log),
      counts_(all_.size()),
      seen_(all_.size(), PoolHealth::Seen{.state = ClientState::connected}),
      passed_over_(all_.size()) {}

DialOptions Upstreams::dial_options(std::size_t member, const SocketAddress& source,
                                    const SocketAddress& destination) const {
  DialOptions dial{.socket = options_.socket, .addresses = all_[member].addresses};
  if (options_.proxy_header.has_value()) {
    dial.filters.push_back(proxy_header(*options_.proxy_header, source, destination));
  }
  if (all_[member].endpoint.is_tls()) dial.filters.push_back(options_.tls);
  return dial;
}

std::optional<Upstreams::Choice> Upstreams::enter(TimePoint now, const std::vector<bool>& tried) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    seen_[i].outstanding = counts_[i].active;
    passed_over_[i] = tried[i] || counts_[i].active >= options_.max_connections;
  }
  const auto choice = health_.choose(now, seen_, passed_over_);
  if (choice.has_value()) ++counts_[choice->member].active;
  return choice;
}

void Upstreams::left(Choice choice) {
  const std::lock_guard lock(mutex_);
  --counts_[choice.member].active;
}

void Upstreams::connected(Choice choice, TimePoint now) {
  // A probe is over. For the others that it can be connected to is not enough: one that accepts and
  // ends at once would draw all clients.
  if (choice.probe) health_.note(choice, Verdict::good, now);
  const std::lock_guard lock(mutex_);
  ++counts_[choice.member].connects;
}

void Upstreams::failed(Choice choice, TimePoint now) {
  health_.note(choice, Verdict::bad, now);
  const std::lock_guard lock(mutex_);
  ++counts_[choice.member].failures;
}

std::optional<Upstreams::Choice> Upstreams::begin_check(std::size_t member, TimePoint now) {
  return health_.check(member, now);
}

void Upstreams::end_check(Choice choice, bool good, TimePoint now) {
  health_.note(choice, good ? Verdict::good : Verdict::bad, now);
  if (good) return;
  const std::lock_guard lock(mutex_);
  ++counts_[choice.member].checks_failed;
}

RelayStats Upstreams::stats() const {
  RelayStats stats;
  stats.retries = retries_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const Counts& counts = counts_[i];
    stats.upstreams.push_back({.endpoint = all_[i].name,
                               .health = health_.health(i),
                               .active = counts.active,
                               .connects = counts.connects,
                               .failures = counts.failures,
                               .ejections = health_.ejections(i),
                               .checks_failed = counts.checks_failed});
  }
  return stats;
}

}  // namespace weir
