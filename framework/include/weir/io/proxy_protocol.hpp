// The PROXY protocol: a proxy says in front of a stream whose connection it carries.
// Layer: io. Versions 1 and 2 of "The PROXY protocol" by Willy Tarreau
// (haproxy.org/download/3.0/doc/proxy-protocol.txt); sections are named where a rule is from there.
//
//     client --- proxy ---[ header | the client's bytes ... ]--> listener
//
//     auto filter = weir::proxy_protocol({.trusted = {"10.0.0.0/8"}});
//     server.listen("tcp://0.0.0.0:7000", weir::lines(), handler, {},
//                   {.proxy_protocol = filter.value()});
//
// Behind the filter, Session::peer() and local() are those of the client's connection to the proxy.
// Who may send a header may claim to be anybody, so only peers in `trusted` may, and they must: a
// connection without one, or with a malformed, cut or over-long one, is refused before a byte
// reaches the protocol. Until the header is there the handshake deadline runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/transport_filter.hpp"

namespace weir {

struct ProxyProtocolOptions {
  /// Networks of the proxies (network.hpp): "10.0.0.0/8", "::1", "unix". At least one.
  std::vector<std::string> trusted{};
  /// What becomes of a peer outside of them: it is refused, or served as it is, its first byte
  /// being data. Passing is for ports that proxies and clients share.
  enum class Untrusted : std::uint8_t { refuse, pass };
  Untrusted untrusted = Untrusted::refuse;
  /// The longest header of version 2 with all its extensions, 16 to 65551 bytes. Version 1 has 107
  /// at most (2.1).
  std::size_t max_header = 536;
};

/// For ListenerOptions::proxy_protocol. The error says which network is none.
[[nodiscard]] Result<TransportFilterPtr> proxy_protocol(const ProxyProtocolOptions& options);

enum class ProxyVersion : std::uint8_t { v1 = 1, v2 = 2 };

/// "v1", "v2".
[[nodiscard]] Result<ProxyVersion> parse_proxy_version(std::string_view text);

/// For ClientOptions::proxy_protocol, and for one connection of a relay: a header goes out before
/// the first byte, and before TLS. It speaks for the connection from `source` to `destination`;
/// without a source for nobody but itself, as a health check does (2.2, LOCAL).
[[nodiscard]] TransportFilterPtr proxy_header(ProxyVersion version,
                                              const SocketAddress& source = {},
                                              const SocketAddress& destination = {});

}  // namespace weir
