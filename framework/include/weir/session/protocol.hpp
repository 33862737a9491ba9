// Protocol: what a connection does with its bytes. Layer: session.
// The seam between Connection, which is compiled once, and the framing and the handler, which
// meet in a template: one virtual call a read, none a frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/session/close_reason.hpp"
#include "weir/session/message_encoder.hpp"
#include "weir/session/options.hpp"
#include "weir/session/session.hpp"

namespace weir {

class Connection;
class EventLoop;
class FlightRecorder;

/// What the connection lends for one on_input().
struct InputContext {
  Session& session;
  Connection& connection;
  EventLoop& loop;
  /// Replies are appended here, and go out together when on_input() has returned.
  Buffer& output;
  /// Frames that were handled; the protocol counts them up.
  std::uint64_t& frames;
  /// Turns true when the handler closes, pauses, or is out (Connection::handler_began): leave the
  /// rest of the input alone.
  const bool& halted;
  /// Stop at this size of `output`; the rest of the input comes again.
  std::size_t output_limit;
};

/// How far on_input() came.
struct Progress {
  /// Bytes of the input that belong to frames that were handled.
  std::size_t consumed = 0;
  /// What is left is the beginning of a frame, and asking again is of no use before there are
  /// this many bytes; 0 when nobody asked for more.
  std::size_t need = 0;
  /// All that came of a message is consumed, and its rest is awaited: the connection is not idle,
  /// the end of the stream cuts the message short, and Deadlines::frame bounds the time between two
  /// pieces of it.
  bool partial = false;
  /// Ends the connection with this reason, and `mistake` in the log.
  struct Failure {
    CloseReason reason;
    std::string mistake;
  };
  std::unique_ptr<Failure> failure{};

  void fail(CloseReason reason, std::string_view mistake);
};

/// Owned by one connection; called on its loop's thread. What it throws ends the connection with
/// handler_failed. RecordedProtocol hands on every one of these.
class Protocol {
 public:
  Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol() = default;

  /// The socket keeps the boundaries of messages (record.hpp): from now on what encode() and
  /// on_input() append is records of at most `most` bytes each, and each input is a message that
  /// stands for itself. Before all others; false where the protocol needs a stream.
  [[nodiscard]] virtual bool use_messages(std::size_t most) {
    static_cast<void>(most);
    return false;
  }
  virtual void on_open(Session& session) = 0;
  /// Handles every whole frame of `input`, which is not empty and lent for this call.
  virtual Progress on_input(std::string_view input, InputContext& context) = 0;
  /// Appends the frame of `message`; on an error what it appended is dropped.
  virtual Status encode(std::string_view message, Buffer& output) = 0;
  /// Of all that was sent, `total` bytes were handed to the kernel. Only where wants_written().
  virtual void on_written(std::uint64_t total) { static_cast<void>(total); }
  [[nodiscard]] virtual bool wants_written() const { return false; }
  /// What waited to be sent has fallen to the low watermark after it had reached the high one.
  virtual void on_drained(Session& session) = 0;
  /// The end is decided, and what is appended here still goes out first, where the peer takes it.
  /// Once, and only where says_goodbye(reason) at that moment.
  virtual void say_goodbye(CloseReason reason, Buffer& output) {
    static_cast<void>(reason);
    static_cast<void>(output);
  }
  [[nodiscard]] virtual bool says_goodbye(CloseReason reason) const {
    static_cast<void>(reason);
    return false;
  }
  /// While a handler is out, the peer's end of sending means that it has gone: the connection ends
  /// then, and what is out is not awaited. Else the answer still goes out. It is seen behind at
  /// most Flow::read_ahead bytes that came meanwhile. Asked again after each release_output() and
  /// handler_done().
  [[nodiscard]] virtual bool ends_with_peer() const { return false; }
  /// While a handler is out, the stop of the server ends the connection at once, for what is out
  /// may never come; what was sent still goes out. Else the drain waits for it.
  [[nodiscard]] virtual bool ends_with_drain() const { return false; }
  /// The peer has finished sending, and everything it sent was handled.
  virtual void on_end(Session& session) = 0;
  /// The last call; the session has ended.
  virtual void on_close(Session& session, CloseReason reason) = 0;
  /// Who stands in its place from now on: asked for until nullptr, outside of its other calls, once
  /// it has called Connection::hand_over(). This one is destroyed then.
  [[nodiscard]] virtual std::unique_ptr<Protocol> successor() { return nullptr; }
  /// What keeps its last frames, while its loop is watched.
  [[nodiscard]] virtual FlightRecorder* recorder() { return nullptr; }
};

/// Makes the protocol of each connection of a listener. Shared by the loops of a server, so called
/// from several threads at once.
class ProtocolFactory {
 public:
  /// What a factory keeps on the loop of a listener, until that listens no more: a timer.
  class Attachment {
   public:
    virtual ~Attachment() = default;
  };

  virtual ~ProtocolFactory() = default;
  /// For each loop that listens, before it runs; nullptr where there is nothing to keep.
  [[nodiscard]] virtual std::unique_ptr<Attachment> attach(EventLoop& loop) {
    static_cast<void>(loop);
    return nullptr;
  }
  [[nodiscard]] virtual std::unique_ptr<Protocol> make(const ConnectionOptions& options) = 0;
  /// Its protocols answer Protocol::use_messages() with true.
  [[nodiscard]] virtual bool takes_messages() const { return false; }
  /// The routes that requests may take, called or not, for who looks into the server; empty without
  /// a router. From any thread.
  [[nodiscard]] virtual std::vector<std::string> route_names() const { return {}; }
  /// What all its protocols encode with, or nullptr where that depends on the connection: then a
  /// message to a group is encoded for each member. `most_message` is what they are told by
  /// use_messages(), 0 on streams. Called once, before the first make().
  [[nodiscard]] virtual std::shared_ptr<const MessageEncoder> encoder(
      const ConnectionOptions& options, std::size_t most_message) {
    static_cast<void>(options);
    static_cast<void>(most_message);
    return nullptr;
  }
};

}  // namespace weir
