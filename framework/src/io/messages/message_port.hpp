// MessagePort: where a MessageTransport's messages come from and go to: a socket of its own, or two
// message queues. Layer: io/messages, private. Owned by its transport.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "io/messages/message_batch.hpp"
#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"

namespace weir {

struct SocketOptions;

class MessagePort {
 public:
  /// What became of the messages that were to be sent.
  struct Sent {
    std::size_t taken = 0;       // so many of them are done with,
    std::size_t unsendable = 0;  // and of those, so many were dropped
    int error = 0;               // why the rest never will be; 0: it may fit later
  };

  virtual ~MessagePort() = default;
  /// Non-blocking, for an EventLoop to watch. They may be the same.
  [[nodiscard]] virtual int reader() const = 0;
  [[nodiscard]] virtual int writer() const = 0;
  /// As MessageBatch::receive().
  virtual int receive(MessageBatch& batch) = 0;
  /// Whole messages, at most MessageBatch::most_messages.
  virtual Sent send(std::span<iovec> messages) = 0;

  [[nodiscard]] virtual std::size_t max_message() const = 0;
  [[nodiscard]] virtual SocketAddress peer() const = 0;
  [[nodiscard]] virtual SocketAddress local() const = 0;
  /// Either side can say that it has finished.
  [[nodiscard]] virtual bool has_end() const { return false; }
  /// After an empty message: was it the peer's end?
  [[nodiscard]] virtual bool peer_has_ended() const { return false; }
  virtual void shutdown_write() {}
  virtual Status set_options(const SocketOptions& options) = 0;
};

}  // namespace weir
