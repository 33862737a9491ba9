#include "proxy/options.hpp"

#include <utility>

#include "common/values.hpp"
#include "weir/core/network.hpp"

namespace weir::proxy {

namespace {

constexpr std::uint64_t most_attempts = 1000;
constexpr std::uint64_t most_connections = 10'000'000;

/// Calls `take` with each part of a list that commas divide.
template <class Take>
Status each_part(std::string_view list, Take take) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (Status taken = take(list.substr(0, comma)); !taken.ok()) return taken;
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
}

Status take_time(std::string_view text, Duration least, Duration& into) {
  const auto time = app::parse_duration(text);
  if (!time.ok()) return time.error();
  if (time.value() < least) return Error{"expected more than 0"};
  into = time.value();
  return {};
}

Status take_number(std::string_view text, std::uint64_t most, std::size_t& into) {
  const auto number = app::parse_number(text, 1, most);
  if (!number.ok()) return number.error();
  into = number.value();
  return {};
}

Status take_upstreams(std::string_view list, std::vector<std::string>& upstreams) {
  if (list.empty()) return Error{"expected ENDPOINT[,ENDPOINT...]"};
  return each_part(list, [&upstreams](std::string_view text) -> Status {
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint.ok()) return endpoint.error();
    upstreams.emplace_back(text);
    return {};
  });
}

Status take_trusted(std::string_view list, std::vector<std::string>& trusted) {
  if (list.empty()) return {};
  return each_part(list, [&trusted](std::string_view text) -> Status {
    const auto network = Network::parse(text);
    if (!network.ok()) return network.error();
    trusted.emplace_back(text);
    return {};
  });
}

}  // namespace

void add_flags(app::App& app, Options& options) {
  RelayOptions& relay = options.relay;
  app.add({"--to", "ENDPOINT[,ENDPOINT...]", "the upstreams", "",
           [&](std::string_view text) { return take_upstreams(text, options.upstreams); }, true});
  app.add({"--connect-timeout", "TIME", "for one attempt to reach an upstream", "2s",
           [&](std::string_view text) { return take_time(text, Duration(1), relay.attempt); }});
  app.add({"--attempts", "N", "for one client", "10", [&](std::string_view text) {
             return take_number(text, most_attempts, relay.attempts);
           }});
  app.add({"--max-per-upstream", "N", "connections at once to one upstream", "10000",
           [&](std::string_view text) {
             return take_number(text, most_connections, relay.max_connections);
           }});
  app.add({"--health-interval", "TIME", "between two checks of an upstream; 0 is never", "2s",
           [&](std::string_view text) {
             return take_time(text, Duration::zero(), relay.health_interval);
           }});
  app.add({"--drain-quiet", "TIME",
           "at the drain: without a byte after an answer, before a pair ends; 0 is never", "1s",
           [&](std::string_view text) {
             return take_time(text, Duration::zero(), relay.drain_quiet);
           }});
  app.add({"--send-proxy", "v1|v2", "tell the upstreams who the client is", "",
           [&](std::string_view text) -> Status {
             if (text.empty()) return {};
             const auto version = parse_proxy_version(text);
             if (!version.ok()) return version.error();
             relay.proxy_header = version.value();
             return {};
           }});
  app.add({"--accept-proxy", "NETWORK[,NETWORK...]",
           "clients from there say with a PROXY header who they are; others are refused", "",
           [&](std::string_view text) { return take_trusted(text, options.accept.trusted); }});
  for (app::Flag& flag : options.tls.flags()) app.add(std::move(flag));
}

Status finish(Options& options) {
  for (const std::string& upstream : options.upstreams) {
    if (options.relay.tls != nullptr) return {};
    auto filter = options.tls.filter(upstream);
    if (!filter.ok()) return filter.error();
    options.relay.tls = filter.take();
  }
  return {};
}

}  // namespace weir::proxy
