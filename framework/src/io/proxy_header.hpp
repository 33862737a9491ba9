// The header of the PROXY protocol: from bytes and to bytes, nothing else. Layer: io, private.
//
//   version 1 (2.1)   PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n
//   version 2 (2.2)   | signature 12 | version, command | family, kind | length 2 |
//                     | addresses: 12, 36 or 216 | extensions: type, length 2, value ... |
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/core/socket_address.hpp"
#include "weir/io/proxy_protocol.hpp"

namespace weir {

/// What a header says. No addresses: the sender speaks for itself (LOCAL), or does not know whom it
/// speaks for (UNKNOWN, UNSPEC); the connection's own hold.
struct ProxyHeader {
  SocketAddress source;
  SocketAddress destination;
};

struct ParsedProxyHeader {
  enum class State : std::uint8_t { incomplete, complete, malformed };
  State state = State::incomplete;
  ProxyHeader header{};
  std::size_t size = 0;  // of the header, when complete
  std::string why{};     // when malformed
};

/// Looks at the beginning of a stream. What cannot become a header is malformed at once, however
/// short it is. `max_size` bounds version 2.
[[nodiscard]] ParsedProxyHeader parse_proxy_header(std::string_view bytes, std::size_t max_size);

/// `header` in the form of `version`. What the version has no form for, a Unix socket in version 1
/// or two families, becomes UNKNOWN or UNSPEC.
[[nodiscard]] std::string write_proxy_header(ProxyVersion version, const ProxyHeader& header);

}  // namespace weir
