// Session: a handler's view of a connection: send, close, slow down. Layer: session.
// A handle: cheap to copy, safe to keep and to drop, on any thread, for as long as one likes. It
// owns nothing; after the connection's end every call is a no-op that says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/file_range.hpp"
#include "weir/io/loop_handle.hpp"

namespace weir {

struct SessionState;
struct SocketOptions;
struct TransportSecurity;

enum class SendResult : std::uint8_t {
  queued,     // it goes out in the order of sending
  pressured,  // so does this one, but the peer is slow: better wait for on_drained
  rejected,   // it does not go out: the connection has ended, or this message ended it
};

/// How a message goes out.
struct SendFlags {
  /// Another one follows soon: the kernel may wait for it, a fifth of a second at most, and send
  /// both together. What is sent in one handler call goes out together without it. Means nothing to
  /// sockets that keep boundaries.
  bool more = false;
  /// Refused: all packets of a socket go the same way (SocketOptions::dont_route).
  bool dont_route = false;
  /// Refused: TCP's urgent data is a mark in the stream, and what is known as out-of-band data one
  /// byte that a later one overwrites (RFC 6093, section 6: new applications do not use it).
  bool out_of_band = false;
};

class Session {
 public:
  /// Refers to no connection, as if it had ended.
  Session() = default;
  explicit Session(std::shared_ptr<SessionState> state) : state_(std::move(state)) {}
  /// A move is a copy: handlers and hooks are lent the connection's own.
  Session(const Session&) = default;
  Session& operator=(const Session&) = default;
  ~Session() = default;

  /// Sends one message in the connection's framing. Only queues: what one handler call sends goes
  /// out together. More than Flow::max_queued ends the connection with slow_consumer. A message
  /// that the framing has no form for is rejected and logged. "Queued" says nothing of the peer:
  /// it may never get it.
  SendResult send(std::string_view message);

  /// The same with flags. The error says why one of them is refused; nothing was sent then.
  Result<SendResult> send(std::string_view message, SendFlags flags);
  /// Sends a part of a file as it is, without framing, in its place among what is sent. On plain
  /// stream sockets the kernel moves it (sendfile), on TLS it is read and encrypted. It counts as
  /// waiting bytes for pressure, but takes no memory, so Flow::max_queued does not end it. A file
  /// that has become shorter by then ends the connection with file_failed; one that is changed
  /// before the peer has it may be seen changed. Rejected where messages stay apart.
  SendResult send_file(FileRange range);

  /// No more input is handled; what is queued goes out, then the connection ends.
  void close();
  /// Ends the connection now; what is queued is lost.
  void abort();
  /// Half-close: what is queued goes out, then the peer sees the end. Input is handled on.
  void shutdown_write();

  /// Handles no more input, and reads none, until resume(). A frame being handled is finished.
  void pause();
  void resume();

  /// Datagrams may come from an address that never sent them. Until this is called, a UDP peer is
  /// sent at most MessageOptions::amplification times the bytes that came from it. Call it when the
  /// peer has shown that it gets what is sent to it. Nothing changes on other sockets.
  void verify_peer();

  /// False after the end. On another thread than the connection's, it may end right after.
  [[nodiscard]] bool open() const;
  /// Bytes that wait to be sent.
  [[nodiscard]] std::size_t queued() const;
  /// Different for every connection of a server; 0 without one.
  [[nodiscard]] std::uint64_t id() const;
  [[nodiscard]] SocketAddress peer() const;
  /// What was agreed on with the peer (TLS), for as long as a handle to the session lives; nullptr
  /// where nothing was.
  [[nodiscard]] const TransportSecurity* security() const;

  /// Applies them to the connection's socket. Only on its thread; the error says which one could
  /// not be applied, or that there is no connection, or no socket.
  Status set_options(const SocketOptions& options);

  /// Where the connection lives; of no use to a handler, which is called there.
  [[nodiscard]] LoopHandle loop() const;
  /// What the framework's own parts share with the connection; nullptr without one.
  [[nodiscard]] SessionState* state() const { return state_.get(); }

  friend bool operator==(const Session&, const Session&) = default;

 private:
  std::shared_ptr<SessionState> state_;
};

}  // namespace weir
