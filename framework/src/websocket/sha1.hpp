// SHA-1 (FIPS 180-4), for Sec-WebSocket-Accept alone, where it is no secret's guard: the header
// only shows that the server has read the request as a WebSocket's (RFC 6455 10.8). Layer:
// websocket, sources only. Written here because OpenSSL belongs to weir::tls, and a service that
// speaks WebSocket behind a proxy needs none.
#pragma once

#include <array>
#include <string_view>

namespace weir::websocket {

[[nodiscard]] std::array<unsigned char, 20> sha1(std::string_view message);

}  // namespace weir::websocket
