// Where the server is: tcp://127.0.0.1:7000, tcp://[::1]:7000 or tcp://localhost:7000.
//
// Loopback only: both sides of a measurement share one machine, and a load generator pointed at
// somebody else's is an attack.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "system/descriptor.hpp"

namespace weir::bench {

struct Endpoint {
  std::string text;
  sockaddr_storage address{};
  socklen_t address_size = 0;
  std::uint16_t port = 0;
};

// Throws Failure that says what is wrong with `text`. The scheme is "tcp://" or "udp://".
Endpoint parse_endpoint(std::string_view text, std::string_view scheme = "tcp://");

// A connected, non-blocking socket with TCP_NODELAY. Throws Failure.
Descriptor connect_to(const Endpoint& endpoint);

// The soft limit of open descriptors becomes the hard one, for this process and what it starts.
// Throws Failure when that is not enough for `connections`.
void reserve_descriptors(unsigned connections);

}  // namespace weir::bench
