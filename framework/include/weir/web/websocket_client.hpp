// Client of WebSocket (RFC 6455): one connection that comes back, messages both ways. Layer: web.
// It owns its connection and, unless it is told to use the caller's, a loop and one thread.
//
//     weir::websocket::ClientHooks hooks;
//     hooks.on_message = [](const weir::websocket::Message& message) { ... };
//     weir::websocket::Client client("ws://127.0.0.1:8080/chat", {}, std::move(hooks));
//     client.connect();
//     client.send("hello");
//
//   idle --start()--> connecting --101, checked--> connected --its end--> waiting --> connecting
//                         |  no address, refused                 ^           (Backoff)
//                         +--------------------------------------+
//     close(): from anywhere to closed, for good
//
// What is sent goes out on the connection that is open at that moment, or not at all: nothing is
// queued for the next one, for who comes back has to say again who it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/http/limits.hpp"
#include "weir/service/client_options.hpp"
#include "weir/session/session.hpp"
#include "weir/websocket/deflate.hpp"
#include "weir/websocket/reader.hpp"

namespace weir {
class LoopThread;
}

namespace weir::websocket {

class ClientCore;

struct ClientOptions {
  /// One of backends(): how its own loop waits for the socket.
  std::string backend = "asio";
  /// The caller's loop, which the caller runs, instead of a loop and a thread of the client's own.
  /// Outlives the client.
  EventLoop* loop = nullptr;
  /// What wss:// needs (weir/tls/tls.hpp, with {.alpn = {"http/1.1"}}).
  TransportFilterPtr tls{};
  /// Offered, the favourite first (Sec-WebSocket-Protocol). A server may choose none.
  std::vector<std::string> protocols{};
  /// Of the request: Origin, Authorization, Cookie. What the handshake writes itself is refused.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// permessage-deflate, offered (RFC 7692); nothing: not offered.
  std::optional<DeflateOptions> deflate = DeflateOptions{};
  CompressorOptions compressor{};
  /// What a server may send. Over a limit the connection ends, with 1009 or 1008.
  ReadLimits limits{};
  /// Of the response to the handshake.
  http::Limits response{};
  /// Bytes that wait to be sent: `high_watermark` and `low_watermark` are what pressured and
  /// on_drained mean, and a message that would wait beyond `max_queued` is rejected. Reading goes
  /// on meanwhile.
  Flow flow{};
  /// `connect` is for an attempt with its handshake, `frame` for the time between two pieces of a
  /// message, `write` as a server's.
  Deadlines deadlines{};
  /// A server from which nothing came so long is asked for a pong, and left after as long again.
  /// 0: never.
  Duration ping_every = std::chrono::seconds(30);
  /// From our close frame, or the server's, to the end of the connection, which a server is to make
  /// (RFC 6455, section 7.1.1); then we do.
  Duration close_deadline = std::chrono::seconds(5);
  /// When it comes back after an end that was not its own close(), or after an attempt that failed;
  /// `steady` counts from the handshake.
  Backoff backoff{};
  SocketOptions socket{};
  /// Finds the addresses of a name instead of the system's resolver. Called on a thread of its own.
  std::function<Result<std::vector<SocketAddress>>(const Endpoint&)> resolve{};
  Log log{};
};

struct Message {
  bool binary = false;
  /// Lent for the call; of a text, UTF-8.
  std::string_view payload{};
};

/// What was agreed on; lent for the call.
struct Opened {
  /// One of ClientOptions::protocols, or empty.
  std::string_view protocol{};
  std::optional<Deflation> deflation{};
};

/// How a connection ended.
struct Ended {
  /// The server's code; 1005: it gave none; 1006: it said no goodbye; or ours for its mistake.
  std::uint16_t code = close_code::abnormal;
  /// In the server's words, or in ours.
  std::string reason{};
  /// Both ends have said goodbye.
  bool clean = false;
};

/// Called on the client's loop; any of them may be empty. They may call anything but what waits,
/// and may destroy the client.
struct ClientHooks {
  UniqueFunction<void(const Opened&)> on_open{};
  /// An exception ends the connection, with 1011.
  UniqueFunction<void(const Message&)> on_message{};
  /// Once for each on_open.
  UniqueFunction<void(const Ended&)> on_close{};
  /// What waits has fallen to the low watermark, after a send() that answered pressured.
  UniqueFunction<void()> on_drained{};
  /// The state has changed, and the error that made it change, if one did.
  UniqueFunction<void(ClientState, const Error&)> on_state{};
};

/// Threads: everything from any, at the same time; with the caller's loop from one thread alone
/// while nobody runs it.
class Client {
 public:
  /// Does not connect yet. A wrong URL or header is an error of connect() and a line in the log.
  explicit Client(std::string_view url, ClientOptions options = {}, ClientHooks hooks = {});
  /// Breaks the connection off; close() is the polite way. No hook is called afterwards; not so
  /// with the caller's loop, from another thread than that loop's: then soon.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects, and comes back whenever the connection ends.
  void start();
  /// The same, and waits for the end of the attempt, for `Deadlines::connect`; on_open has returned
  /// then. After a failure the client goes on trying.
  Status connect();

  /// Sends a text, which is UTF-8, or a binary message. Rejected: nothing goes out, for there is no
  /// connection, too much waits, or it is no UTF-8; the connection goes on.
  SendResult send(std::string_view text) { return send(Opcode::text, text); }
  SendResult send_binary(std::string_view bytes) { return send(Opcode::binary, bytes); }

  /// Says goodbye behind what was sent, and comes back no more. `code` is 1000, or one of 3000 to
  /// 4999 (RFC 6455, section 7.4), or another that may be sent; else 1000 goes out. on_close tells
  /// the end.
  void close(std::uint16_t code = close_code::normal, std::string_view reason = {});

  /// No message comes, and nothing is read, until resume().
  void pause();
  void resume();

  [[nodiscard]] ClientState state() const;
  /// Bytes that wait to be sent.
  [[nodiscard]] std::size_t queued() const;

 private:
  SendResult send(Opcode kind, std::string_view message);
  [[nodiscard]] Status ready();
  [[nodiscard]] bool here() const;
  void on_loop(UniqueFunction<void(ClientCore&)> action);

  Status failure_;
  std::shared_ptr<ClientCore> core_;    // nullptr after a failure
  std::unique_ptr<LoopThread> thread_;  // nullptr with the caller's loop
};

}  // namespace weir::websocket
