// websocket::ClientProtocol: one connection of a WebSocket client: the handshake, messages, the
// goodbye. Layer: web, private. Owned by its connection.
//
//     handshake --101, checked--> open --close frames--> until the server ends it
//     ResponseParser              Reader, Writer, Closing
#pragma once

#include <string>
#include <string_view>

#include "weir/http/response_parser.hpp"
#include "weir/http/url.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/session/protocol.hpp"
#include "weir/web/websocket_client.hpp"
#include "weir/websocket/closing.hpp"
#include "weir/websocket/writer.hpp"

namespace weir::websocket {

class ClientCore;

/// Of a request for a WebSocket; the error says what can be in no head, or is not the caller's.
[[nodiscard]] Status write_request(const http::Url& url, const ClientOptions& options,
                                   std::string_view key, Buffer& output);

class ClientProtocol final : public Protocol, private Timer {
 public:
  explicit ClientProtocol(ClientCore& core);

  /// What the next Connection::send() sends.
  enum class Sending : std::uint8_t { text, binary, ping, close };
  void sends(Sending kind) { sending_ = kind; }
  /// Says goodbye, if nobody did yet.
  void close(std::uint16_t code, std::string_view reason);
  [[nodiscard]] bool may_send() const { return open_ && closing_.may_send(); }
  [[nodiscard]] Ended ended() const;

  void on_open(Session& session) override;
  Progress on_input(std::string_view input, InputContext& context) override;
  Status encode(std::string_view message, Buffer& output) override;
  void on_written(std::uint64_t) override;
  [[nodiscard]] bool wants_written() const override { return true; }
  void say_goodbye(CloseReason reason, Buffer& output) override;
  [[nodiscard]] bool says_goodbye(CloseReason) const override { return may_send(); }
  void on_drained(Session&) override {}
  void on_end(Session&) override;
  void on_close(Session&, CloseReason) override;

 private:
  void on_timer() override;
  void await_ping();
  void await_end();
  [[nodiscard]] bool take_handshake(std::string_view input, Progress& progress);
  [[nodiscard]] Status check(const http::ResponseHead& head);
  void end(const Closing::Step& step, Buffer& output);

  ClientCore& core_;
  const std::string key_;
  http::ResponseParser parser_;
  http::ResponseHead head_;
  std::string protocol_;  // that was agreed on
  std::optional<Deflation> deflation_;
  Reader reader_{Role::client};
  Writer writer_;
  Closing closing_{Role::client};
  std::string reason_;  // of the end
  TimePoint heard_at_;
  Sending sending_ = Sending::text;
  bool open_ = false;
  bool asked_ = false;  // for a pong, and nothing came since
};

}  // namespace weir::websocket
