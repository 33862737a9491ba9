#include "weir/core/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace weir {

static_assert(SocketAddress::max_size == sizeof(sockaddr_in6));

namespace {

std::size_t size_of_family(int family) {
  if (family == AF_INET) return sizeof(sockaddr_in);
  if (family == AF_INET6) return sizeof(sockaddr_in6);
  return 0;
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, std::size_t size) {
  const std::size_t known = size_of_family(address->sa_family);
  if (known == 0 || size < known) return;
  std::memcpy(bytes_.data(), address, known);
  size_ = static_cast<std::uint32_t>(known);
}

int SocketAddress::family() const { return empty() ? AF_UNSPEC : data()->sa_family; }

// sin_port and sin6_port stand at the same place.
static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));

std::uint16_t SocketAddress::port() const {
  in_port_t port = 0;
  std::memcpy(&port, bytes_.data() + offsetof(sockaddr_in, sin_port), sizeof port);
  return ntohs(port);
}

void SocketAddress::set_port(std::uint16_t port) {
  const in_port_t wire = htons(port);
  std::memcpy(bytes_.data() + offsetof(sockaddr_in, sin_port), &wire, sizeof wire);
}

std::string SocketAddress::host() const {
  if (empty()) return "unknown";
  char text[INET6_ADDRSTRLEN] = "";
  const std::size_t offset =
      family() == AF_INET ? offsetof(sockaddr_in, sin_addr) : offsetof(sockaddr_in6, sin6_addr);
  inet_ntop(family(), bytes_.data() + offset, text, sizeof text);
  return text;
}

std::string SocketAddress::to_string() const {
  if (empty()) return "unknown";
  const std::string written = family() == AF_INET6 ? "[" + host() + "]" : host();
  return "tcp://" + written + ":" + std::to_string(port());
}

const sockaddr* SocketAddress::data() const {
  return reinterpret_cast<const sockaddr*>(bytes_.data());
}

}  // namespace weir
