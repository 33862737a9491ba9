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

  std::string authority() const { return text.substr(text.find("://") + 3); }  // host:port
};

// Throws Failure that says what is wrong with `text`. The scheme is "tcp://" or "udp://".
Endpoint parse_endpoint(std::string_view text, std::string_view scheme = "tcp://");

// A connected, non-blocking socket with TCP_NODELAY. Throws Failure.
//
// `source` is the number of the address that it comes from. An address has some 28,000 ports for
// one server, and a port rests for a minute after a connection that the client ended first
// (TIME_WAIT), so that many connections, or many after each other, need several: 127.0.0.1 + source
// for a server on 127.x.x.x; [::1] has but itself. 0 leaves the choice to the kernel.
Descriptor connect_to(const Endpoint& endpoint, unsigned source = 0);

// The source of the connection `number`, from 0 on, of many that are open at the same time.
constexpr unsigned source_of(unsigned number) { return number / 16'384; }
// How many sources connections take in turn that follow each other: a TIME_WAIT each, of at most
// net.ipv4.tcp_max_tw_buckets, 131,072 or 262,144, so that few of the ports of one are taken.
inline constexpr unsigned churn_sources = 64;

// connect_to() without waiting: the socket may still be connecting, and takes nothing until it has.
Descriptor start_connect(const Endpoint& endpoint, unsigned source = 0);

// The soft limit of open descriptors becomes the hard one, for this process and what it starts.
// Throws Failure when that is not enough for `connections`.
void reserve_descriptors(unsigned connections);

}  // namespace weir::bench
