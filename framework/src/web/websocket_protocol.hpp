// WebSocketProtocol: messages over a connection that was HTTP's before. Layer: web, private.
// Owned by the connection's HttpProtocol.
//
//     bytes --Reader--> message --Lent--> inner protocol: framing that does nothing, the handler
//                                              |
//     bytes <--append_message()-- records <----+
#pragma once

#include <memory>
#include <optional>

#include "weir/core/chunk.hpp"
#include "weir/io/per_loop.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/session/protocol.hpp"
#include "weir/web/websocket.hpp"
#include "weir/websocket/closing.hpp"
#include "weir/websocket/deflate.hpp"
#include "weir/websocket/reader.hpp"

namespace weir::http {

/// What the connections of one route share.
struct WebSocketService {
  /// What a loop's connections use in turn.
  struct Scratch {
    websocket::Scratch reader;
    Buffer records;
  };

  std::unique_ptr<ProtocolFactory> inner;
  WebSocketOptions options;
  std::shared_ptr<const websocket::Compressor> compressor{};
  SharedBytes ping{};  // a whole frame
  /// What groups encode with, once for all members: those that agreed on compression in a window of
  /// 15 bits, and those that did not agree on any.
  std::shared_ptr<const MessageEncoder> compressing{};
  std::shared_ptr<const MessageEncoder> plain{};
  PerLoop<Scratch> scratch{};
};

class WebSocketProtocol final : public Protocol, private Timer {
 public:
  /// On the connection of `session`.
  WebSocketProtocol(std::shared_ptr<WebSocketService> service, const ConnectionOptions& options,
                    EventLoop& loop, const Session& session,
                    const std::optional<websocket::Deflation>& deflation);

  void on_open(Session& session) override;
  Progress on_input(std::string_view input, InputContext& context) override;
  weir::Status encode(std::string_view message, Buffer& output) override;
  void say_goodbye(CloseReason reason, Buffer& output) override;
  [[nodiscard]] bool says_goodbye(CloseReason) const override { return closing_.may_send(); }
  void on_drained(Session& session) override { inner_->on_drained(session); }
  void on_end(Session& session) override { inner_->on_end(session); }
  void on_close(Session& session, CloseReason reason) override;

 private:
  void on_timer() override;
  void await_ping();
  /// False when the connection is to end.
  [[nodiscard]] bool deliver(const websocket::Event& message, InputContext& context,
                             Progress& progress);
  [[nodiscard]] weir::Status append(std::string_view message, Buffer& output) const;
  void end(const websocket::Closing::Step& step, Buffer& output);

  std::shared_ptr<WebSocketService> service_;
  std::unique_ptr<Protocol> inner_;
  EventLoop& loop_;
  Session session_;
  websocket::Reader reader_;
  websocket::Closing closing_{websocket::Role::server};
  WebSocketService::Scratch* scratch_;
  int window_bits_ = 0;  // 0: nothing is compressed
  TimePoint heard_at_;
  bool asked_ = false;  // for a pong, and nothing came since
};

}  // namespace weir::http
