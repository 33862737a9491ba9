// ClientWire: one connection of an HTTP client: made, asked, kept, asked again, ended.
// Layer: web, private. Owned by its ClientOrigin; on the loop's thread.
//
//     connecting --> kept <--> busy --> over
//                      +----------------^
//
// Its ResponseProtocol reads; it decides nothing, and is owned by the connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/dialer.hpp"
#include "weir/http/response_parser.hpp"
#include "weir/session/connection.hpp"
#include "weir/web/client_options.hpp"

namespace weir::http {

class ClientCore;
class ClientExchange;
class ClientWire;
struct ClientOrigin;

class ResponseProtocol final : public Protocol {
 public:
  ResponseProtocol(ClientWire& wire, const http::Limits& limits)
      : wire_(wire), limits_(limits), parser_(limits_) {}

  /// A request with this method goes out, and its answer may have so much of a body.
  void expect(std::string_view method, std::uint64_t max_body);
  /// Something of the answer has come.
  [[nodiscard]] bool began() const { return began_; }
  /// The body goes on to the end of the connection.
  [[nodiscard]] bool until_close() const { return until_close_; }

  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override;
  weir::Status encode(std::string_view message, Buffer& output) override {
    output.append(message);
    return {};
  }
  void on_drained(Session&) override {}
  void on_end(Session&) override;
  void on_close(Session&, CloseReason) override {}

 private:
  /// False when that was all of the input, or the end.
  [[nodiscard]] bool take(const Parsed& parsed, Progress& progress);

  ClientWire& wire_;
  http::Limits limits_;
  ResponseParser parser_;
  ResponseHead head_;
  bool began_ = false;
  bool in_body_ = false;
  bool until_close_ = false;
};

class ClientWire final : private ConnectionOwner, private Timer {
 public:
  enum class State : std::uint8_t { connecting, kept, busy, over };

  ClientWire(ClientCore& core, ClientOrigin& origin);
  ~ClientWire() override;

  void connect();
  /// May a request be given to it? It is kept, and has not ended meanwhile.
  [[nodiscard]] bool usable() const;
  void begin(ClientExchange& exchange);
  /// The response is complete, and what came behind it is known: kept, or ended.
  void end_exchange();
  /// Is end_exchange() due?
  [[nodiscard]] bool exchange_over() const { return exchange_over_; }
  /// Ends it. An exchange is told by ClientCore::on_closed(), unless it was taken away before.
  void abort(CloseReason reason);
  /// Nothing was asked of it for as long as it may be kept.
  void keep();
  void pause(bool paused);

  [[nodiscard]] State state() const { return state_; }
  /// A response came on it before this one.
  [[nodiscard]] bool used() const { return used_; }
  [[nodiscard]] TimePoint kept_since() const { return kept_since_; }
  [[nodiscard]] ClientExchange* exchange() const { return exchange_; }
  [[nodiscard]] ClientOrigin& origin() const { return origin_; }
  [[nodiscard]] const ResponseProtocol& protocol() const { return *protocol_; }
  [[nodiscard]] CloseReason reason() const { return connection_->reason(); }
  /// The request has not gone out whole.
  [[nodiscard]] bool sending() const { return connection_->written() < connection_->sent(); }
  /// The exchange goes on without it.
  void forget_exchange() { exchange_ = nullptr; }

  // ResponseProtocol's:
  void on_head(const ResponseHead& head);
  /// False: give no more, the wire ends.
  [[nodiscard]] bool on_piece(std::string_view piece);
  void on_complete(const ResponseHead& head);
  void on_mistake(std::string_view what);
  void on_peer_ended();

 private:
  void on_dialed(Result<TransportPtr> result);
  void on_connection_closed(Connection& connection) override;
  void on_timer() override;

  ClientCore& core_;
  ClientOrigin& origin_;
  Dialer dialer_;
  std::unique_ptr<Connection> connection_;
  ResponseProtocol* protocol_ = nullptr;  // the connection's
  ClientExchange* exchange_ = nullptr;
  TimePoint kept_since_{};
  std::size_t dropped_ = 0;  // bytes of a body that nobody wants
  State state_ = State::connecting;
  bool used_ = false;
  bool keep_alive_ = false;
  bool exchange_over_ = false;
};

}  // namespace weir::http
