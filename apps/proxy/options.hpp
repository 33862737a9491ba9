// The flags of weir-proxy, beside those of every server.
#pragma once

#include <string>
#include <vector>

#include "common/app.hpp"
#include "common/tls_flags.hpp"
#include "weir/io/proxy_protocol.hpp"
#include "weir/service/relay.hpp"

namespace weir::proxy {

struct Options {
  std::vector<std::string> upstreams;
  RelayOptions relay{};
  app::TlsClientFlags tls{};      // of upstreams at tls://
  ProxyProtocolOptions accept{};  // without a trusted network: no header is read
};

/// Adds them to `app`, which takes them into `options`.
void add_flags(app::App& app, Options& options);

/// Once the flags are taken: reads the files that they name. An error is a wrong flag.
[[nodiscard]] Status finish(Options& options);

}  // namespace weir::proxy
