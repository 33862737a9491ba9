// Endpoint: where to listen or to connect, as a person writes it. Layer: core.
//
//     tcp://HOST:PORT     HOST is a name, an IPv4 address, or an IPv6 address in brackets
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
  std::string host;  // without brackets
  std::uint16_t port = 0;

  /// The error says what is wrong in `text` and shows a right one.
  [[nodiscard]] static Result<Endpoint> parse(std::string_view text);
  [[nodiscard]] static Endpoint of(const SocketAddress& address);
  /// What parse() takes.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// The addresses of an endpoint, IPv4 before IPv6, at least one. A numeric host is answered at
/// once; a name asks the system's resolver and BLOCKS for as long as that takes, so call it where
/// waiting is fine (at start), not on a loop.
[[nodiscard]] Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint);

}  // namespace weir
