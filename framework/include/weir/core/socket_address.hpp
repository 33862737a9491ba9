// SocketAddress: where a socket is, as the kernel counts it: an IPv4 or IPv6 address and a port.
// Layer: core. A value of 28 bytes; names are resolved elsewhere (endpoint.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

struct sockaddr;

namespace weir {

class SocketAddress {
 public:
  /// Big enough for a sockaddr_in6, the largest kind it holds.
  static constexpr std::size_t max_size = 28;

  /// No address: `empty()`.
  SocketAddress() = default;
  /// Copies `size` bytes of `address`; a family other than AF_INET and AF_INET6 gives an empty one.
  SocketAddress(const sockaddr* address, std::size_t size);

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] int family() const;
  [[nodiscard]] std::uint16_t port() const;
  void set_port(std::uint16_t port);
  /// The address without its port, as inet_ntop writes it: "127.0.0.1", "::1".
  [[nodiscard]] std::string host() const;
  /// As an endpoint is written: "tcp://127.0.0.1:7000", "tcp://[::1]:7000"; "unknown" when empty.
  [[nodiscard]] std::string to_string() const;

  /// For the system's calls.
  [[nodiscard]] const sockaddr* data() const;
  [[nodiscard]] std::size_t size() const { return size_; }

  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;

 private:
  alignas(4) std::array<unsigned char, max_size> bytes_{};
  std::uint32_t size_ = 0;
};

}  // namespace weir
