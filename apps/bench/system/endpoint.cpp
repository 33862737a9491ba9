// Parsing by hand, without a resolver: only loopback is allowed, so there is nothing to resolve.
#include "system/endpoint.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <charconv>
#include <cstring>

#include "failure.hpp"

namespace weir::bench {
namespace {

template <typename Address>
void store(Endpoint& endpoint, const Address& address) {
  std::memcpy(&endpoint.address, &address, sizeof address);
  endpoint.address_size = sizeof address;
}

bool parse_host(Endpoint& endpoint, std::string_view host) {
  if (host == "localhost") host = "127.0.0.1";
  if (host == "[::1]") {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    address.sin6_addr = in6addr_loopback;
    store(endpoint, address);
    return true;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (inet_pton(AF_INET, std::string(host).c_str(), &address.sin_addr) != 1) return false;
  if ((ntohl(address.sin_addr.s_addr) >> 24U) != IN_LOOPBACKNET) return false;
  store(endpoint, address);
  return true;
}

// The port is chosen at connect(), when the server is known: one port serves for several servers.
void bind_source(const Descriptor& socket, const Endpoint& endpoint, unsigned source) {
  if (source == 0 || endpoint.address.ss_family != AF_INET) return;
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail_with_errno("cannot bind a source address");
  }
}

Descriptor make_socket(const Endpoint& endpoint, unsigned source, int flags) {
  Descriptor socket{::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)};
  if (!socket.is_open()) fail_with_errno("cannot open a socket");
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bind_source(socket, endpoint, source);
  return socket;
}

int connect(const Descriptor& socket, const Endpoint& endpoint) {
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  return ::connect(socket.get(), address, endpoint.address_size);
}

[[noreturn]] void fail_to_connect(const Endpoint& endpoint, const std::string& why) {
  throw Failure("cannot connect to " + endpoint.text + ": " + why);
}

}  // namespace

Endpoint parse_endpoint(std::string_view text, std::string_view scheme) {
  Endpoint endpoint;
  endpoint.text = text;
  const auto colon = text.rfind(':');
  if (!text.starts_with(scheme) || colon < scheme.size()) {
    throw Failure("'" + endpoint.text + "' is not an endpoint like " + std::string(scheme) +
                  "127.0.0.1:7000");
  }
  const auto digits = text.substr(colon + 1);
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, endpoint.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || endpoint.port == 0) {
    throw Failure("'" + endpoint.text + "' has no port from 1 to 65535");
  }
  if (!parse_host(endpoint, text.substr(scheme.size(), colon - scheme.size()))) {
    throw Failure("'" + endpoint.text + "' is not a loopback address: only 127.x.x.x, [::1] " +
                  "and localhost are measured");
  }
  return endpoint;
}

// connect() blocks, for at most 10 s: on loopback it is immediate unless the server's accept queue
// is full. The socket becomes non-blocking after that.
Descriptor connect_to(const Endpoint& endpoint, unsigned source) {
  auto socket = make_socket(endpoint, source, 0);
  const timeval deadline{.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
  if (connect(socket, endpoint) != 0) {
    const bool late = errno == EINPROGRESS || errno == EAGAIN;
    fail_to_connect(endpoint, late ? "no answer in 10 s" : error_text(errno));
  }
  const int flags = fcntl(socket.get(), F_GETFL);
  if (fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) fail_with_errno("fcntl");
  return socket;
}

Descriptor start_connect(const Endpoint& endpoint, unsigned source) {
  auto socket = make_socket(endpoint, source, SOCK_NONBLOCK);
  if (connect(socket, endpoint) != 0 && errno != EINPROGRESS) {
    fail_to_connect(endpoint, error_text(errno));
  }
  return socket;
}

void reserve_descriptors(unsigned connections) {
  static constexpr unsigned others = 64;  // what a process has open besides connections
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail_with_errno("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail_with_errno("setrlimit");
  if (limit.rlim_max < connections + others) {
    throw Failure(std::to_string(connections) + " connections need more than the " +
                  std::to_string(limit.rlim_max) + " open descriptors that are allowed");
  }
}

}  // namespace weir::bench
