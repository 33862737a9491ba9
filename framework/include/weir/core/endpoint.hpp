// Endpoint: where to listen or to connect, as a person writes it. Layer: core.
//
//     tcp://HOST:PORT          HOST is a name, an IPv4 address, or an IPv6 address in brackets
//     tls://HOST:PORT          TCP, with TLS on it (weir/tls)
//     udp://HOST:PORT          where HOST is a multicast address, a listener joins that group
//     unix:///PATH             a stream; unix://@NAME is one of Linux's abstract names
//     unixpacket:///PATH       messages in order (SOCK_SEQPACKET)
//     unixgram:///PATH         datagrams
//     mq://NAME                a POSIX message queue
//     fd://NUMBER              a socket that the process was given open, such as by systemd
//
// One grammar for every program and every backend. Port 0 asks the system for a free one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"

namespace weir {

struct Endpoint {
  std::string scheme;
  std::string host;  // without brackets; empty where there is a path
  std::uint16_t port = 0;
  std::string path{};  // "/run/a.sock", "@name", "queue", "3"

  /// The error says what is wrong in `text` and shows a right one.
  [[nodiscard]] static Result<Endpoint> parse(std::string_view text);
  [[nodiscard]] static Endpoint of(const SocketAddress& address);
  /// What parse() takes.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_tls() const { return scheme == "tls"; }

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// The addresses of an endpoint, IPv4 before IPv6, at least one. What has no name is answered at
/// once; a name asks the system's resolver and BLOCKS for as long as that takes, so call it where
/// waiting is fine (at start), not on a loop.
[[nodiscard]] Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint);
/// Would resolve() ask somebody?
[[nodiscard]] bool needs_resolver(const Endpoint& endpoint);

/// "10.0.0.1", "::1".
[[nodiscard]] bool is_numeric_host(const std::string& host);

}  // namespace weir
