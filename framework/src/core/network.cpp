#include "weir/core/network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "core/text.hpp"

namespace weir {

namespace {

constexpr std::size_t longest_text = 100;  // of what is quoted

Error wrong(std::string_view text, std::string_view why) {
  return Error{"network '" + text::printable(text, longest_text) + "': " + std::string(why) +
               ", expected such as 10.0.0.0/8, ::1 or unix"};
}

/// Is bit `index` of `bytes` set? The first one is the highest of the first byte.
bool bit(const unsigned char* bytes, std::size_t index) {
  return (bytes[index / 8] >> (7 - index % 8) & 1U) != 0;
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  Network network;
  if (text == "unix") {
    network.family_ = AF_UNIX;
    return network;
  }
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  network.family_ = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (::inet_pton(network.family_, address.c_str(), network.first_.data()) != 1 ||
      address.find('\0') != std::string::npos) {
    return wrong(text, "no address");
  }
  const std::size_t most = network.family_ == AF_INET ? 32 : 128;
  network.bits_ = most;
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    const char* end = bits.data() + bits.size();
    const auto [stopped, error] = std::from_chars(bits.data(), end, network.bits_);
    if (error != std::errc() || stopped != end || network.bits_ > most) {
      return wrong(text, "no prefix from 0 to " + std::to_string(most));
    }
  }
  for (std::size_t i = network.bits_; i < most; ++i) {
    if (bit(network.first_.data(), i)) return wrong(text, "bits behind the prefix");
  }
  return network;
}

bool Network::contains(const SocketAddress& address) const {
  int family = address.family();
  if (family == AF_UNIX) return family_ == AF_UNIX;
  std::array<unsigned char, longest> bytes{};
  if (family == AF_INET) {
    sockaddr_in raw{};
    std::memcpy(&raw, address.data(), sizeof raw);
    std::memcpy(bytes.data(), &raw.sin_addr, sizeof raw.sin_addr);
  } else if (family == AF_INET6) {
    sockaddr_in6 raw{};
    std::memcpy(&raw, address.data(), sizeof raw);
    std::memcpy(bytes.data(), &raw.sin6_addr, sizeof raw.sin6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&raw.sin6_addr) && family_ == AF_INET) {
      family = AF_INET;
      std::copy(bytes.begin() + 12, bytes.end(), bytes.begin());
    }
  } else {
    return false;
  }
  if (family != family_) return false;
  for (std::size_t i = 0; i < bits_; ++i) {
    if (bit(bytes.data(), i) != bit(first_.data(), i)) return false;
  }
  return true;
}

}  // namespace weir
