// SocketPort: one socket that is connected and keeps the boundaries of messages: SOCK_SEQPACKET, or
// a datagram socket of a client. Layer: io/messages, private.
#pragma once

#include "io/messages/message_port.hpp"
#include "weir/io/descriptor.hpp"

namespace weir {

class SocketPort final : public MessagePort {
 public:
  SocketPort(Descriptor socket, const SocketAddress& peer, std::size_t max_message)
      : socket_(std::move(socket)), peer_(peer), max_message_(max_message) {}

  [[nodiscard]] int reader() const override { return socket_.get(); }
  [[nodiscard]] int writer() const override { return socket_.get(); }
  int receive(MessageBatch& batch) override { return batch.receive(socket_.get(), max_message_); }
  Sent send(std::span<iovec> messages) override;
  [[nodiscard]] std::size_t max_message() const override { return max_message_; }
  [[nodiscard]] SocketAddress peer() const override { return peer_; }
  [[nodiscard]] SocketAddress local() const override;
  [[nodiscard]] bool has_end() const override { return peer_.kind() == SocketKind::packet; }
  [[nodiscard]] bool peer_has_ended() const override;
  void shutdown_write() override;
  Status set_options(const SocketOptions& options) override;

 private:
  Descriptor socket_;
  SocketAddress peer_;
  std::size_t max_message_;
};

/// The system will never take this one message, but may take others.
[[nodiscard]] bool concerns_one_message(int error);

}  // namespace weir
