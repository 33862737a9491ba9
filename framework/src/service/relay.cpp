#include "weir/service/relay.hpp"

#include <cerrno>
#include <utility>

#include "service/health_check.hpp"
#include "service/relayed_pair.hpp"
#include "service/tls_choice.hpp"
#include "service/upstreams.hpp"

namespace weir {

namespace {

Result<Upstream> make_upstream(const std::string& text, const RelayOptions& options) {
  auto endpoint = Endpoint::parse(text);
  if (!endpoint.ok()) return endpoint.error();
  const auto refused = [&text](const Error& why) {
    return Error{"cannot relay to " + text + ": " + why.message, why.code};
  };
  if (endpoint.value().is_tls() && options.tls == nullptr) {
    return refused(Error{"tls:// needs RelayOptions::tls", EINVAL});
  }
  auto addresses = resolve(endpoint.value());
  if (!addresses.ok()) return refused(addresses.error());
  for (const SocketAddress& address : addresses.value()) {
    const bool connects =
        address.form() == SocketAddress::Form::inet || address.form() == SocketAddress::Form::local;
    if (!connects || address.kind() != SocketKind::stream) {
      return refused(Error{"not a stream that can be connected to", EINVAL});
    }
  }
  std::string name = endpoint.value().to_string();
  return Upstream{endpoint.take(), std::move(name), addresses.take()};
}

}  // namespace

std::string RelayStats::to_string() const {
  std::string text;
  for (const UpstreamStats& each : upstreams) {
    text.append("upstream ").append(each.endpoint).append(": ");
    text.append(weir::to_string(each.health)).append(", ");
    text.append(std::to_string(each.active)).append(" active, ");
    text.append(std::to_string(each.connects)).append(" connects, ");
    text.append(std::to_string(each.failures)).append(" failures, ");
    text.append(std::to_string(each.ejections)).append(" ejections, ");
    text.append(std::to_string(each.checks_failed)).append(" failed checks\n");
  }
  return text.append("retries: ").append(std::to_string(retries));
}

Result<std::shared_ptr<Relay>> Relay::make(const std::vector<std::string>& endpoints,
                                           RelayOptions options) {
  if (endpoints.empty()) return Error{"a relay needs an upstream", EINVAL};
  std::vector<Upstream> all;
  for (const std::string& endpoint : endpoints) {
    auto made = make_upstream(endpoint, options);
    if (!made.ok()) return made.error();
    all.push_back(made.take());
  }
  auto upstreams = std::make_shared<Upstreams>(std::move(all), std::move(options));
  return std::shared_ptr<Relay>(new Relay(std::move(upstreams)));
}

RelayStats Relay::stats() const { return upstreams_->stats(); }

std::unique_ptr<ServedFactory::Attachment> Relay::attach(EventLoop& loop) {
  if (upstreams_->options().health_interval <= Duration::zero()) return nullptr;
  if (!upstreams_->claim_checks()) return nullptr;
  return std::make_unique<HealthCheck>(loop, upstreams_);
}

std::unique_ptr<Served> Relay::make(TransportPtr transport, ConnectionContext& context,
                                    ServedOwner& owner) {
  return std::make_unique<RelayedPair>(std::move(transport), upstreams_, context, owner);
}

}  // namespace weir
