#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "web/websocket_protocol.hpp"
#include "weir/session/connection.hpp"
#include "weir/web/exchange.hpp"
#include "weir/web/websocket.hpp"
#include "weir/websocket/writer.hpp"

namespace weir::http {

namespace {

/// Frames of one kind, compressed or not, that do not depend on their connection.
class FrameEncoder final : public MessageEncoder {
 public:
  FrameEncoder(bool binary, std::shared_ptr<const websocket::Compressor> compressor)
      : kind_(binary ? websocket::Opcode::binary : websocket::Opcode::text),
        compressor_(std::move(compressor)) {}
  [[nodiscard]] weir::Status encode(std::string_view message, Buffer& output) const override {
    return append_message(kind_, message, compressor_.get(), output);
  }

 private:
  websocket::Opcode kind_;
  std::shared_ptr<const websocket::Compressor> compressor_;
};

/// The values of all fields of that name, as one list (RFC 9110, section 5.3).
std::string joined(const Headers& headers, std::string_view name) {
  std::string list;
  for (const Header& each : headers) {
    if (!same_name(each.name, name)) continue;
    if (!list.empty()) list += ", ";
    list += each.value;
  }
  return list;
}

class WebSocketRoute final : public Handler {
 public:
  explicit WebSocketRoute(std::shared_ptr<WebSocketService> service)
      : service_(std::move(service)) {}

  void call(Context& context) override {
    auto& exchange = static_cast<Exchange&>(context);
    const WebSocketOptions& options = service_->options;
    const Headers& headers = exchange.head().headers;
    if (refused(exchange)) return;
    const std::string offered = joined(headers, "Sec-WebSocket-Protocol");
    const std::string_view protocol = websocket::select_protocol(offered, options.protocols);
    std::optional<websocket::DeflateAcceptance> deflate;
    if (options.deflate) {
      auto accepted = websocket::accept_deflate(joined(headers, "Sec-WebSocket-Extensions"), {});
      if (!accepted.ok()) {
        exchange.respond(text(accepted.error().message + "\n", Status::bad_request));
        return;
      }
      deflate = accepted.take();
    }
    const std::string key = websocket::accept_key(headers.value("Sec-WebSocket-Key"));
    std::vector<Header> answer{{"Sec-WebSocket-Accept", key}};
    if (!protocol.empty()) answer.push_back({"Sec-WebSocket-Protocol", protocol});
    if (deflate) answer.push_back({"Sec-WebSocket-Extensions", deflate->response});
    Connection& connection = *exchange.connection();
    std::optional<websocket::Deflation> deflation;
    if (deflate) deflation = deflate->deflation;
    connection.use_encoder(encoder(deflation));
    exchange.upgrade(
        "websocket", answer,
        std::make_unique<WebSocketProtocol>(service_, connection.options(), exchange.loop(),
                                            exchange.session(), deflation));
  }

 private:
  /// True when the request begins no WebSocket: it was answered why.
  [[nodiscard]] bool refused(Exchange& exchange) const {
    const RequestHead& head = exchange.head();
    const Headers& headers = head.headers;
    for (const std::string_view single : {"Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin"}) {
      if (headers.count(single) <= 1) continue;
      exchange.respond(text(std::string(single) + " is there twice\n", Status::bad_request));
      return true;
    }
    const std::string upgrade = joined(headers, "Upgrade");
    const std::string connection = joined(headers, "Connection");
    const auto mistake =
        websocket::check_upgrade({.method = head.method,
                                  .http_1_1 = head.version == Version::http_1_1,
                                  .host = head.authority,
                                  .upgrade = upgrade,
                                  .connection = connection,
                                  .key = headers.value("Sec-WebSocket-Key"),
                                  .version = headers.value("Sec-WebSocket-Version")});
    if (mistake) {
      Response response =
          text(std::string(mistake->reason) + "\n", static_cast<Status>(mistake->status));
      if (mistake->field == "Upgrade") {
        response.upgrade = mistake->value;
      } else if (!mistake->field.empty()) {
        response.headers.emplace_back(mistake->field, mistake->value);
      }
      exchange.respond(response);
      return true;
    }
    if (head.body != BodyKind::none) {
      exchange.respond(text("a request for a WebSocket has no body\n", Status::bad_request));
      return true;
    }
    const bool secure = exchange.session().security() != nullptr;
    if (service_->options.origins.allows(headers.value("Origin"), head.authority, secure)) {
      return false;
    }
    exchange.respond(text("pages of this origin may not connect\n", Status::forbidden));
    return true;
  }

  [[nodiscard]] std::shared_ptr<const MessageEncoder> encoder(
      const std::optional<websocket::Deflation>& deflation) const {
    if (!deflation) return service_->plain;
    const bool full = deflation->window_bits(websocket::Role::server) == 15;
    return full ? service_->compressing : nullptr;
  }

  std::shared_ptr<WebSocketService> service_;
};

}  // namespace

std::shared_ptr<Handler> websocket_route(std::unique_ptr<ProtocolFactory> inner,
                                         WebSocketOptions options) {
  auto service = std::make_shared<WebSocketService>();
  service->inner = std::move(inner);
  service->options = std::move(options);
  Buffer ping;
  append_control(websocket::Opcode::ping, {}, nullptr, ping);
  auto chunk = std::make_shared<Chunk>(ping.size());
  chunk->append(ping.view());
  service->ping = {chunk, 0, chunk->size()};
  service->compressor = std::make_shared<websocket::Compressor>();
  const bool binary = service->options.binary;
  service->plain = std::make_shared<FrameEncoder>(binary, nullptr);
  service->compressing = std::make_shared<FrameEncoder>(binary, service->compressor);
  return std::make_shared<WebSocketRoute>(std::move(service));
}

}  // namespace weir::http
