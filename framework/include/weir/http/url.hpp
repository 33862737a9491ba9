// Url: where a client is to go, as a person or a Location field writes it (RFC 3986; RFC 9110,
// section 4.2; RFC 6455, section 3). Layer: http. A value.
//
//     http://example.com:8080/path?query#fragment
//     scheme  host       port target     dropped: a server never sees it
//
// Strict, for what two readers take differently leads to another host than the one that was meant:
// no user information, no escapes in a host, no blanks, no backslashes, ASCII alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"

namespace weir::http {

struct Url {
  /// Bytes of a URL; a longer one is refused. RFC 9110, section 4.1, asks for 8000 or more.
  static constexpr std::size_t max_size = 8192;

  /// "http", "https", "ws" or "wss".
  std::string scheme;
  /// In small letters; an address of IPv6 without its brackets.
  std::string host;
  /// That of the scheme where none is written; never 0.
  std::uint16_t port = 0;
  /// Path and query as they are to be sent, without "." and ".." segments (RFC 3986, section
  /// 5.2.4); begins with "/".
  std::string target = "/";

  /// The error says what is wrong in `text`.
  [[nodiscard]] static Result<Url> parse(std::string_view text);
  /// Where `reference`, relative or not, leads from here (RFC 3986, section 5.2.2).
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;

  /// https or wss.
  [[nodiscard]] bool secure() const { return scheme == "https" || scheme == "wss"; }
  /// `host` or `host:port` as Host has it: without the port that the scheme has anyway.
  [[nodiscard]] std::string authority() const;
  /// `scheme://host:port`, the port always there: equal where the origins are (RFC 6454).
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Url&, const Url&) = default;
};

}  // namespace weir::http
