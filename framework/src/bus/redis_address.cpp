#include "bus/redis_address.hpp"

#include <cerrno>
#include <charconv>
#include <optional>

#include "weir/core/endpoint.hpp"

namespace weir {

namespace {

constexpr std::string_view plain = "redis://";
constexpr std::string_view secure = "rediss://";
constexpr std::string_view local = "redis+unix://";

/// RFC 3986, section 2.1; nothing for a % without two hexadecimal digits.
std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result.push_back(text[i]);
      continue;
    }
    unsigned value = 0;
    const char* const begin = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2) {
      return std::nullopt;
    }
    result.push_back(static_cast<char>(value));
    i += 2;
  }
  return result;
}

Error wrong(std::string_view what) {
  return Error{std::string(what) + " in the address of the bus; a right one is " +
                   "redis://[USER:PASSWORD@]HOST[:PORT], rediss:// or redis+unix:///PATH",
               EINVAL};
}

}  // namespace

bool RedisAddress::matches(std::string_view text) {
  return text.starts_with(plain) || text.starts_with(secure) || text.starts_with(local);
}

Result<RedisAddress> RedisAddress::parse(std::string_view text) {
  RedisAddress address;
  address.tls = text.starts_with(secure);
  const bool is_local = text.starts_with(local);
  text.remove_prefix(is_local ? local.size() : address.tls ? secure.size() : plain.size());

  // A path may hold an @; a host never does.
  const std::size_t at = is_local ? text.substr(0, text.find('/')).rfind('@') : text.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view who = text.substr(0, at);
    text.remove_prefix(at + 1);
    const std::size_t colon = who.find(':');
    if (colon == std::string_view::npos) return wrong("a user without a password");
    const auto user = unescaped(who.substr(0, colon));
    const auto password = unescaped(who.substr(colon + 1));
    if (!user || !password || password->empty()) return wrong("a wrong user or password");
    address.user = *user;
    address.password = *password;
  }
  if (is_local) {
    address.endpoint = "unix://" + std::string(text);
  } else {
    if (text.ends_with('/')) text.remove_suffix(1);
    // The port's colon stands behind an IPv6 address's bracket.
    const std::size_t from = text.rfind(']') == std::string_view::npos ? 0 : text.rfind(']');
    const bool has_port = text.find(':', from) != std::string_view::npos;
    address.endpoint = (address.tls ? "tls://" : "tcp://") + std::string(text);
    if (!has_port) address.endpoint += ":6379";
  }
  const auto endpoint = Endpoint::parse(address.endpoint);
  if (!endpoint.ok()) return wrong("no host or path");
  return address;
}

}  // namespace weir
