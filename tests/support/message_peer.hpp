// MessagePeer: the peer's side of a test where the boundaries of messages are kept: a plain socket,
// or the client's two ends of a message queue. What waits does so within `patience`, else it
// throws.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/core/socket_address.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::test {

/// Can this system make a message queue? A sandbox may have none.
[[nodiscard]] bool has_message_queues();
/// Removes the queues of a server that never ended.
void remove_queues(const SocketAddress& address);

class MessagePeer {
 public:
  /// Connected to `server`, of any kind that keeps boundaries. A Unix datagram socket is bound to a
  /// name that the system chooses, unless it is `nameless`.
  explicit MessagePeer(const SocketAddress& server, bool nameless = false);

  void send(std::string_view message) const;
  /// False where the system does not take it; errno says why.
  [[nodiscard]] bool try_send(std::string_view message) const;
  [[nodiscard]] std::string receive() const;
  [[nodiscard]] std::optional<std::string> receive_now() const;
  /// Of a socket: waits for the peer's end.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] int descriptor() const { return out_.get(); }
  [[nodiscard]] SocketAddress local() const;

 private:
  bool queue_;
  Descriptor out_;
  Descriptor in_;  // of a queue
};

}  // namespace weir::test
