// websocket: a route on which a WebSocket begins (RFC 6455). Layer: web.
//
//     routes.get("/chat", weir::http::websocket([](std::string_view message) { return message; }));
//     routes.get("/rpc", weir::http::websocket(weir::json_rpc(router)));
//
// From then on the connection speaks messages: handlers, routers, Responders, hooks, Session::send
// and groups are those of any framing. A message is text, or binary where WebSocketOptions says so;
// text that comes is UTF-8, or the connection ends. Session::close() says goodbye with 1000, a
// drain with 1001.
//
// Layers of the route see the request that asks for the WebSocket, not its messages.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/core/time.hpp"
#include "weir/routing/handler.hpp"
#include "weir/session/framed_protocol.hpp"
#include "weir/websocket/handshake.hpp"
#include "weir/websocket/reader.hpp"

namespace weir::http {

struct WebSocketOptions {
  /// Spoken here (Sec-WebSocket-Protocol); the client's favourite of them is chosen.
  std::vector<std::string> protocols{};
  /// Whose pages may connect: by default those of this server alone.
  websocket::OriginPolicy origins{};
  /// What a client may send. Over a limit the connection ends, with 1009 or 1008.
  websocket::ReadLimits limits{};
  /// Messages that are sent, and those that may come: the other kind ends the connection with 1003.
  bool binary = false;
  /// Agree on permessage-deflate with clients that offer it (RFC 7692), without context takeover.
  bool deflate = true;
  /// A client from which nothing came so long is asked for a pong, and ended with idle_timeout
  /// after as long again. 0: never.
  Duration ping_every = std::chrono::seconds(30);
};

/// How frames come to a framing that has nothing to do: the input is a Lent, the frame what it
/// refers to.
class LentFraming {
 public:
  struct Lent {
    const char* data;
    std::size_t size;
  };

  [[nodiscard]] Decoded decode(std::string_view input) const;
  /// Behind a byte, so that an empty message is something.
  weir::Status encode(std::string_view message, Buffer& output) const {
    output.append(" ");
    output.append(message);
    return {};
  }
  /// What was encoded as that.
  [[nodiscard]] static std::string_view message_of(std::string_view encoded) {
    return encoded.substr(1);
  }
};

/// `inner` makes protocols whose framing is LentFraming.
[[nodiscard]] std::shared_ptr<Handler> websocket_route(std::unique_ptr<ProtocolFactory> inner,
                                                       WebSocketOptions options);

template <FrameHandler<LentFraming> H>
[[nodiscard]] std::shared_ptr<Handler> websocket(H handler, Hooks hooks = {},
                                                 WebSocketOptions options = {}) {
  return websocket_route(std::make_unique<FramedService<LentFraming, H>>(
                             LentFraming(), std::move(handler), std::move(hooks)),
                         std::move(options));
}

}  // namespace weir::http
