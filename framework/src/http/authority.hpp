// host and host:port (RFC 3986, section 3.2). Layer: http, its sources only.
#pragma once

#include <string_view>

namespace weir::http {

/// What Host may say: a registered name, an address of IPv4, one of IPv6 in brackets, each with or
/// without a port, or nothing at all (RFC 9110, section 7.2). No user information.
[[nodiscard]] bool is_host(std::string_view text);

/// The same with a host that is not empty.
[[nodiscard]] bool is_authority(std::string_view text);

/// What CONNECT asks for: both a host and a port (RFC 9110, section 9.3.6).
[[nodiscard]] bool is_host_and_port(std::string_view text);

}  // namespace weir::http
