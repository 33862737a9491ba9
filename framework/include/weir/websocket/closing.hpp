// Closing: who has said goodbye, what is to be sent, and when the transport ends (RFC 6455 5.5.1,
// 7). Layer: websocket. A value, owned by one connection; knows no clock: the deadlines are the
// caller's.
//
//                     close()                    received() | failed()
//      +------+ -------------------> +-----------+ ---------------> +------+
//      | open |                      | we_closed |                  | done |
//      +------+ ------------------+  +-----------+                  +------+
//                received()       |                                    ^
//                                 |  +-------------+  ended()          |
//                                 +->| peer_closed | ------------------+
//                                    +-------------+     failed() and ended(): from anywhere
//
// In we_closed the peer may still be sending: its messages count until its close frame. A server
// ends the transport when both close frames are there and its own is out; a client waits for the
// server to do it, so that the server's port is not the one that lingers (RFC 6455 7.1.1), and
// needs a deadline for that, as anyone does in we_closed.
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/websocket/frame.hpp"

namespace weir::websocket {

class Closing {
 public:
  enum class State : std::uint8_t { open, we_closed, peer_closed, done };

  /// What becomes of the transport.
  enum class Transport : std::uint8_t {
    /// It stays.
    keep,
    /// The peer is about to end it; end it when it has not done so within a deadline.
    await_end,
    /// End it when all that was to be sent is out.
    end,
  };

  /// What to do now.
  struct Step {
    /// Append a close frame with `code` (1005: without) and `reason`, and send no more behind it.
    bool send = false;
    std::uint16_t code = close_code::none;
    std::string_view reason{};
    Transport transport = Transport::keep;
  };

  /// `role` is that of this end.
  explicit Closing(Role role) : role_(role) {}

  /// This end has nothing more to say. `code` is 1005 or may_send_close_code(). Does nothing a
  /// second time, or when the peer was first. `reason` is lent to the step.
  Step close(std::uint16_t code, std::string_view reason = {});
  /// The peer's close frame, as Event::close gave it: its code comes back, without a reason.
  Step received(std::uint16_t code);
  /// The peer has broken a rule, as Event::failed gave it: a close frame says which, unless one
  /// went out already, and nobody waits for an answer (RFC 6455 7.1.7).
  Step failed(std::uint16_t code, std::string_view reason);
  /// The transport has ended, by whomever, or the deadline is over.
  void ended() { state_ = State::done; }

  [[nodiscard]] State state() const { return state_; }
  /// Messages, pings and pongs may be sent: no close frame is out (RFC 6455 5.5.1).
  [[nodiscard]] bool may_send() const { return state_ == State::open; }
  /// Messages that come count.
  [[nodiscard]] bool may_receive() const {
    return state_ == State::open || state_ == State::we_closed;
  }
  /// How it ended, for whoever asks afterwards (RFC 6455 7.1.5): the code of the peer's close
  /// frame, 1005 when that had none, the code of our failed(); 1006 when the peer never said
  /// goodbye.
  [[nodiscard]] std::uint16_t code() const { return code_; }
  /// Both ends have said goodbye.
  [[nodiscard]] bool clean() const { return clean_; }

 private:
  Role role_;
  State state_ = State::open;
  std::uint16_t code_ = close_code::abnormal;
  bool clean_ = false;
};

}  // namespace weir::websocket
