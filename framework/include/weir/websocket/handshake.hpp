// handshake: what a request and a response must say so that a WebSocket begins (RFC 6455 4).
// Layer: websocket. Pure functions over the values of header fields; who parses HTTP calls them.
//
//     check_upgrade()  ->  OriginPolicy::allows()  ->  select_protocol()  ->  accept_deflate()
//          400, 426             403                                       ->  101, accept_key()
//
// Several fields of one name are to be joined with ", " before they come here (RFC 9110 5.3), but
// for Sec-WebSocket-Key, Sec-WebSocket-Version and Origin, which must not be there twice.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/error.hpp"

namespace weir::websocket {

/// Sec-WebSocket-Accept for the request's Sec-WebSocket-Key (RFC 6455 4.2.2).
[[nodiscard]] std::string accept_key(std::string_view key);

/// Sec-WebSocket-Key of 16 bytes that nobody may foresee (RFC 6455 4.1).
[[nodiscard]] std::string make_key(const std::array<unsigned char, 16>& random);

/// Is it 16 bytes in base64: 22 letters of it and `==`? The bits that the last letter has over are
/// not looked at, for not all clients leave them 0.
[[nodiscard]] bool valid_key(std::string_view key);

/// Is `token` an element of the list `value`? Letters of either case are the same.
[[nodiscard]] bool has_token(std::string_view value, std::string_view token);

/// The fields of a request to upgrade, each without the spaces around it; empty where it is absent.
struct UpgradeRequest {
  std::string_view method{};
  /// HTTP/1.1 or a later 1.x. Not so HTTP/1.0, which knows no upgrade.
  bool http_1_1 = true;
  std::string_view host{};
  std::string_view upgrade{};
  std::string_view connection{};
  std::string_view key{};
  std::string_view version{};
};

/// How a request is turned down: a status, a field that must go with it (no name: none), a
/// sentence.
struct Refusal {
  int status = 400;
  std::string_view field{};
  std::string_view value{};
  std::string_view reason{};
};

/// Why `request` begins no WebSocket; nothing, when it does (RFC 6455 4.2.1, 4.2.2, 4.4). 426 for
/// one that asks for no upgrade or for another version, else 400.
[[nodiscard]] std::optional<Refusal> check_upgrade(const UpgradeRequest& request);

/// What a client looks at in the response to its request.
struct UpgradeResponse {
  int status = 0;
  std::string_view upgrade{};
  std::string_view connection{};
  std::string_view accept{};
  /// Sec-WebSocket-Protocol.
  std::string_view protocol{};
};

/// Client: does `response` answer the request with `key`, which has offered `protocols`
/// (RFC 6455 4.1)? The extensions are confirm_deflate()'s.
[[nodiscard]] Status check_response(const UpgradeResponse& response, std::string_view key,
                                    std::span<const std::string> protocols);

/// Server: the first of the client's Sec-WebSocket-Protocol, which are in its order of preference,
/// that is `supported`; empty for none, and then the response has no such field (RFC 6455 4.2.2).
/// The names tell big from small letters. A view into `offered`.
[[nodiscard]] std::string_view select_protocol(std::string_view offered,
                                               std::span<const std::string> supported);

/// Whose pages may connect (RFC 6455 4.2.2, 10.2). A browser sends the cookies of this server with
/// a WebSocket of any page, and only the Origin tells; what is no browser sends none and is taken.
class OriginPolicy {
 public:
  /// Pages of this server alone: host and port are those of the request. A page that came over TLS
  /// may connect where the request did not, for that may have ended at a proxy, and browsers let no
  /// such page use a plain connection; the other way round it may not.
  OriginPolicy() = default;
  /// Pages of these origins, each as a browser writes it: `https://example.org`,
  /// `http://localhost:8080`. Throws std::invalid_argument for what is none.
  [[nodiscard]] static OriginPolicy only(const std::vector<std::string>& origins);
  /// All pages: for services that know their users by other means than cookies or the network.
  [[nodiscard]] static OriginPolicy any();

  /// `origin` is the request's Origin, empty when it has none; `host` its Host; `secure`: it came
  /// over TLS. `null`, and what is no origin, is allowed by any() alone.
  [[nodiscard]] bool allows(std::string_view origin, std::string_view host, bool secure) const;

 private:
  enum class Kind : unsigned char { same, listed, any };
  Kind kind_ = Kind::same;
  std::vector<std::string> origins_;  // scheme://host:port, in small letters, the port always there
};

}  // namespace weir::websocket
