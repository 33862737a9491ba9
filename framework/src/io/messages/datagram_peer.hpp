// DatagramPeer: one address that sends datagrams to a listener, as a Transport.
// Layer: io/messages, private. Owned by a Connection; holds the socket with others.
//
// What comes while its Connection is paused is held, so many messages and bytes
// (MessageOptions::held_messages, held_bytes), and dropped beyond.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "io/messages/datagram_socket.hpp"
#include "weir/io/transport.hpp"

namespace weir {

class DatagramPeer final : public Transport, private Deferred {
 public:
  DatagramPeer(std::shared_ptr<DatagramSocket> socket, const SocketAddress& peer);

  void start(Sink& sink) override { sink_ = &sink; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override;
  std::size_t write(std::span<const std::string_view> pieces) override;
  [[nodiscard]] std::size_t max_message() const override { return socket_->max_message(); }
  [[nodiscard]] bool has_end() const override { return false; }
  void verify_peer() override { verified_ = true; }
  void shutdown_write() override {}
  void close() override { fail(0); }
  [[nodiscard]] SocketAddress peer() const override { return peer_; }
  [[nodiscard]] SocketAddress local() const override { return socket_->local(); }
  void release() override;

  // For its socket:
  [[nodiscard]] const SocketAddress& address() const { return peer_; }
  /// As the key of a table; lives as long as this.
  [[nodiscard]] std::string_view key() const {
    return {reinterpret_cast<const char*>(peer_.data()), peer_.size()};
  }
  void receive(std::string_view message);
  /// A write may go on.
  void room_again();
  /// Nothing of it is outstanding: a newer peer may have its place.
  [[nodiscard]] bool replaceable() const { return !paused_ && held_.empty() && !want_write_; }
  void displace();

  /// Its socket's: where it keeps this one.
  std::list<DatagramPeer*>::iterator recent{};
  bool known = false;
  bool waiting = false;

 private:
  ~DatagramPeer() override;
  void run_deferred() override;
  void deliver(std::string_view message);
  void deliver_held();
  [[nodiscard]] bool may_send(std::size_t size);
  void fail(int error);

  const std::shared_ptr<DatagramSocket> socket_;
  const SocketAddress peer_;
  Sink* sink_ = nullptr;  // nullptr before start() and after the last call
  std::vector<std::string> held_;
  std::uint64_t received_ = 0;  // bytes
  std::uint64_t sent_ = 0;
  int error_ = 0;
  bool verified_;
  bool paused_ = false;
  bool want_write_ = false;   // the last write was short
  bool room_ = false;         // and there is room now
  bool over_ = false;         // on_closed is due
  bool in_callback_ = false;  // the Sink is being called: release() must wait
  bool released_ = false;
};

}  // namespace weir
