// Network: a set of addresses that begin alike, as a person writes it. Layer: core. A value.
//
//     10.0.0.0/8    192.168.1.7    2001:db8::/32    ::1    unix
//
// An address alone is a network of one. "unix" is every Unix socket: who may open its file is
// decided by the file.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"

namespace weir {

class Network {
 public:
  /// The error says what is wrong in `text` and shows a right one; bits behind the prefix are a
  /// mistake.
  [[nodiscard]] static Result<Network> parse(std::string_view text);

  /// An IPv4 address in IPv6 (RFC 4291, 2.5.5.2) is the IPv4 address that it stands for.
  [[nodiscard]] bool contains(const SocketAddress& address) const;

 private:
  static constexpr std::size_t longest = 16;  // bytes of an address

  int family_ = 0;
  std::size_t bits_ = 0;
  std::array<unsigned char, longest> first_{};
};

}  // namespace weir
