#include "weir/websocket/handshake.hpp"

#include <algorithm>

#include "websocket/header_list.hpp"
#include "websocket/sha1.hpp"

namespace weir::websocket {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 4, with padding.
std::string base64(std::span<const unsigned char> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < here ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= here ? letters[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

}  // namespace

std::string accept_key(std::string_view key) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  return base64(sha1(std::string(key).append(guid)));
}

std::string make_key(const std::array<unsigned char, 16>& random) { return base64(random); }

bool valid_key(std::string_view key) {
  return key.size() == 24 && key.substr(22) == "==" &&
         key.substr(0, 22).find_first_not_of(letters) == std::string_view::npos;
}

bool has_token(std::string_view value, std::string_view token) {
  for (std::string_view element = next_element(value); !element.empty();
       element = next_element(value)) {
    if (same_ignoring_case(element, token)) return true;
  }
  return false;
}

std::optional<Refusal> check_upgrade(const UpgradeRequest& request) {
  // RFC 6455 4.2.1, in the order of its list; who wants no upgrade is told that there is one to
  // ask for (RFC 9110 15.5.22).
  if (!has_token(request.upgrade, "websocket")) {
    return Refusal{426, "Upgrade", "websocket", "this resource is a WebSocket"};
  }
  if (request.method != "GET") return Refusal{.reason = "a WebSocket begins with GET"};
  if (!request.http_1_1) return Refusal{.reason = "a WebSocket begins with HTTP/1.1"};
  if (request.host.empty()) return Refusal{.reason = "no Host"};
  if (!has_token(request.connection, "upgrade")) {
    return Refusal{.reason = "Connection does not name Upgrade"};
  }
  // RFC 6455 4.4: another version is told which one there is; its key may look otherwise.
  if (request.version != "13") {
    return Refusal{426, "Sec-WebSocket-Version", "13", "not version 13 of WebSocket"};
  }
  if (!valid_key(request.key)) {
    return Refusal{.reason = "Sec-WebSocket-Key is not 16 bytes in base64"};
  }
  return std::nullopt;
}

Status check_response(const UpgradeResponse& response, std::string_view key,
                      std::span<const std::string> protocols) {
  if (response.status != 101) {
    return Error{"the server answered " + std::to_string(response.status) + ", not 101"};
  }
  if (!same_ignoring_case(trimmed(response.upgrade), "websocket")) {
    return Error{"the server does not upgrade to WebSocket"};
  }
  if (!has_token(response.connection, "upgrade")) {
    return Error{"the response's Connection does not name Upgrade"};
  }
  if (trimmed(response.accept) != accept_key(key)) {
    return Error{"Sec-WebSocket-Accept does not answer the key"};
  }
  const std::string_view protocol = trimmed(response.protocol);
  if (!protocol.empty() &&
      std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) {
    return Error{"the server chose a subprotocol that was not offered"};
  }
  return {};
}

std::string_view select_protocol(std::string_view offered, std::span<const std::string> supported) {
  for (std::string_view name = next_element(offered); !name.empty(); name = next_element(offered)) {
    if (std::find(supported.begin(), supported.end(), name) != supported.end()) return name;
  }
  return {};
}

}  // namespace weir::websocket
