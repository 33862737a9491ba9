#include "weir/core/endpoint.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>

#include "core/text.hpp"

namespace weir {

namespace {

enum class Rest { host, path, name, number };

struct Scheme {
  std::string_view name;
  SocketKind kind;
  Rest rest;
  std::string_view right_form;
};

constexpr std::array<Scheme, 8> schemes{{
    {"tcp", SocketKind::stream, Rest::host, "tcp://HOST:PORT, such as tcp://127.0.0.1:7000"},
    {"tls", SocketKind::stream, Rest::host, "tls://HOST:PORT, such as tls://127.0.0.1:7000"},
    {"udp", SocketKind::datagram, Rest::host, "udp://HOST:PORT, such as udp://127.0.0.1:7000"},
    {"unix", SocketKind::stream, Rest::path,
     "unix:///PATH or unix://@NAME, such as unix:///run/app.sock"},
    {"unixpacket", SocketKind::packet, Rest::path,
     "unixpacket:///PATH or unixpacket://@NAME, such as unixpacket:///run/app.sock"},
    {"unixgram", SocketKind::datagram, Rest::path,
     "unixgram:///PATH or unixgram://@NAME, such as unixgram:///run/app.sock"},
    {"mq", SocketKind::queue, Rest::name, "mq://NAME, such as mq://jobs"},
    {"fd", SocketKind::stream, Rest::number, "fd://NUMBER, such as fd://3"},
}};

const Scheme* find_scheme(std::string_view name) {
  const auto* found = std::find_if(schemes.begin(), schemes.end(),
                                   [&](const Scheme& each) { return each.name == name; });
  return found == schemes.end() ? nullptr : found;
}

Error wrong(std::string_view text, std::string_view reason, std::string_view expected) {
  std::string message = "endpoint '" + text::printable(text, 200) + "': ";
  message.append(reason).append("; expected ").append(expected);
  return Error{std::move(message)};
}

/// Where not even the scheme is right.
Error wrong_scheme(std::string_view text, std::string_view reason) {
  std::string expected(schemes.front().right_form);
  expected.append(", or");
  for (const Scheme& scheme : schemes) {
    if (&scheme != schemes.begin()) expected.append(" ").append(scheme.name).append("://");
  }
  return wrong(text, reason, expected);
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end;
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

/// What is wrong with what follows "://"; empty when nothing is.
std::string parse_host(std::string_view rest, Endpoint& endpoint) {
  std::string_view host;
  std::string_view port;
  const std::string_view mistake = split_host(rest, host, port);
  if (!mistake.empty()) return std::string(mistake);
  if (host.empty()) return "the host is missing";
  if (host.find_first_of(" \t\r\n/?#@%\\\"'") != std::string_view::npos ||
      host.find('\0') != std::string_view::npos) {
    return "the host has a character that no host has";
  }
  if (port.empty()) return "the port is missing";
  if (!parse_number(port, endpoint.port)) return "the port is not a number from 0 to 65535";
  endpoint.host = host;
  return {};
}

std::string parse_path(std::string_view rest, const Scheme& scheme, Endpoint& endpoint) {
  if (rest.empty()) return "the path is missing";
  if (rest == "@") return "the name is missing";
  if (rest.front() != '/' && rest.front() != '@') return "a path begins with '/', a name with '@'";
  if (auto address = SocketAddress::local(rest, scheme.kind); !address.ok()) {
    return address.error().message;
  }
  endpoint.path = rest;
  return {};
}

std::string parse_rest(std::string_view rest, const Scheme& scheme, Endpoint& endpoint) {
  if (scheme.rest == Rest::host) return parse_host(rest, endpoint);
  if (scheme.rest == Rest::path) return parse_path(rest, scheme, endpoint);
  endpoint.path = rest;
  if (scheme.rest == Rest::name) {
    const auto address = SocketAddress::queue(rest);
    return address.ok() ? std::string() : address.error().message;
  }
  unsigned number = 0;
  const bool fits = parse_number(rest, number) &&
                    number <= static_cast<unsigned>(std::numeric_limits<int>::max());
  return fits ? "" : "this is not the number of a descriptor";
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto separator = text.find("://");
  if (separator == std::string_view::npos) return wrong_scheme(text, "no scheme");
  const std::string_view name = text.substr(0, separator);
  const Scheme* scheme = find_scheme(name);
  if (scheme == nullptr) {
    return wrong_scheme(text, "unknown scheme '" + text::printable(name) + "'");
  }
  Endpoint endpoint;
  endpoint.scheme = name;
  const std::string mistake = parse_rest(text.substr(separator + 3), *scheme, endpoint);
  if (!mistake.empty()) return wrong(text, mistake, scheme->right_form);
  return endpoint;
}

Endpoint Endpoint::of(const SocketAddress& address) {
  const std::string text = address.to_string();
  Endpoint endpoint;
  endpoint.scheme = text.substr(0, text.find(':'));
  if (address.form() == SocketAddress::Form::inet) {
    endpoint.host = address.host();
    endpoint.port = address.port();
  } else if (address.form() == SocketAddress::Form::inherited) {
    endpoint.path = std::to_string(address.descriptor());
  } else {
    endpoint.path = address.path();
  }
  return endpoint;
}

std::string Endpoint::to_string() const {
  if (host.empty()) return scheme + "://" + path;
  const bool bare_ipv6 = host.find(':') != std::string::npos;
  return scheme + "://" + (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

namespace {

/// The one address of what needs no resolver; of a host only where it is none.
Result<SocketAddress> address_of(const Endpoint& endpoint, const Scheme& scheme) {
  if (scheme.rest == Rest::path) return SocketAddress::local(endpoint.path, scheme.kind);
  if (scheme.rest == Rest::name) return SocketAddress::queue(endpoint.path);
  int number = -1;
  if (!parse_number(endpoint.path, number)) return Error{"this is not the number of a descriptor"};
  return SocketAddress::inherited(number);
}

int look_up(const Endpoint& endpoint, int flags, addrinfo** found) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  return getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, found);
}

}  // namespace

bool is_numeric_host(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

bool needs_resolver(const Endpoint& endpoint) {
  return !endpoint.host.empty() && !is_numeric_host(endpoint.host);
}

Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint) {
  const Scheme* scheme = find_scheme(endpoint.scheme);
  if (scheme == nullptr) {
    return Error{"unknown scheme '" + text::printable(endpoint.scheme) + "'"};
  }
  if (scheme->rest != Rest::host) {
    auto address = address_of(endpoint, *scheme);
    if (!address.ok()) return address.error();
    return std::vector<SocketAddress>{address.take()};
  }
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
    const SocketAddress address(each->ai_addr, each->ai_addrlen, scheme->kind);
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
