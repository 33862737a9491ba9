#include "weir/core/endpoint.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/text.hpp"

namespace weir {

namespace {

constexpr std::string_view right_form = "expected tcp://HOST:PORT, such as tcp://127.0.0.1:7000";

Error wrong(std::string_view text, std::string_view reason) {
  std::string message = "endpoint '" + text::printable(text, 200) + "': ";
  message.append(reason).append("; ").append(right_form);
  return Error{std::move(message)};
}

/// Splits "host:port" or "[host]:port"; the error is empty when it could.
std::string_view split_host(std::string_view rest, std::string_view& host, std::string_view& port) {
  if (rest.starts_with('[')) {
    const auto bracket = rest.find(']');
    if (bracket == std::string_view::npos) return "'[' without ']'";
    host = rest.substr(1, bracket - 1);
    rest.remove_prefix(bracket + 1);
    if (host.find(':') == std::string_view::npos) return "brackets are for IPv6 addresses";
    if (!rest.starts_with(':')) return "the port is missing";
    port = rest.substr(1);
    return {};
  }
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return "the port is missing";
  host = rest.substr(0, colon);
  port = rest.substr(colon + 1);
  if (host.find(':') != std::string_view::npos) {
    return "an IPv6 address stands in brackets, as in tcp://[::1]:7000";
  }
  return {};
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto separator = text.find("://");
  if (separator == std::string_view::npos) return wrong(text, "no scheme");
  const std::string_view scheme = text.substr(0, separator);
  if (scheme != "tcp") return wrong(text, "unknown scheme '" + text::printable(scheme) + "'");

  std::string_view host;
  std::string_view port_text;
  const std::string_view mistake = split_host(text.substr(separator + 3), host, port_text);
  if (!mistake.empty()) return wrong(text, mistake);
  if (host.empty()) return wrong(text, "the host is missing");
  if (host.find_first_of(" \t\r\n/?#@%\\\"'") != std::string_view::npos ||
      host.find('\0') != std::string_view::npos) {
    return wrong(text, "the host has a character that no host has");
  }

  std::uint16_t port = 0;
  const auto* end = port_text.data() + port_text.size();
  const auto [stopped, error] = std::from_chars(port_text.data(), end, port);
  if (port_text.empty()) return wrong(text, "the port is missing");
  if (error != std::errc() || stopped != end) {
    return wrong(text, "the port is not a number from 0 to 65535");
  }
  return Endpoint{std::string(scheme), std::string(host), port};
}

Endpoint Endpoint::of(const SocketAddress& address) {
  return Endpoint{"tcp", address.host(), address.port()};
}

std::string Endpoint::to_string() const {
  const bool bare_ipv6 = host.find(':') != std::string::npos;
  return scheme + "://" + (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

namespace {

int look_up(const Endpoint& endpoint, int flags, addrinfo** found) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  return getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, found);
}

}  // namespace

Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint) {
  addrinfo* found = nullptr;
  // Numeric first: it asks nobody, so it makes no call that a backend could be blamed for.
  int failed = look_up(endpoint, AI_NUMERICHOST, &found);
  if (failed == EAI_NONAME) failed = look_up(endpoint, 0, &found);
  if (failed != 0) {
    const int code = failed == EAI_SYSTEM ? errno : 0;
    const char* reason = failed == EAI_SYSTEM ? std::strerror(code) : gai_strerror(failed);
    return Error{"cannot resolve '" + text::printable(endpoint.host) + "': " + reason, code};
  }
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    const SocketAddress address(each->ai_addr, each->ai_addrlen);
    if (address.empty()) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  freeaddrinfo(found);
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const SocketAddress& each) { return each.family() == AF_INET; });
  if (addresses.empty())
    return Error{"'" + text::printable(endpoint.host) + "' has no IPv4 or IPv6 address"};
  return addresses;
}

}  // namespace weir
