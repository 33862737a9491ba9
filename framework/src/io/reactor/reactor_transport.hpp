// ReactorTransport: one stream socket on a ReactorLoop.
// Layer: io/reactor, private. Owned by a Connection; owns its descriptor and no buffer at all.
#pragma once

#include "io/reactor/reactor_loop.hpp"
#include "weir/io/transport.hpp"

namespace weir {

class ReactorTransport final : public Transport, private IoHandler, private Deferred {
 public:
  ReactorTransport(ReactorLoop& loop, Descriptor socket, const SocketAddress& peer)
      : loop_(loop), peer_(peer), socket_(std::move(socket)) {}

  void start(Sink& sink) override;
  void pause_reading() override;
  void resume_reading() override;
  std::size_t write(std::span<const std::string_view> pieces) override;
  void set_more_follows(bool more) override { more_ = more; }
  FileSent send_file(const FileRange& range, std::size_t most) override;
  bool leave_bytes(bool leave) override;
  std::size_t write_from(int from, std::size_t size) override;
  void shutdown_write() override;
  void close() override;
  [[nodiscard]] SocketAddress peer() const override { return peer_; }
  [[nodiscard]] SocketAddress local() const override;
  [[nodiscard]] int descriptor() const override;
  Status set_options(const SocketOptions& options) override;
  void release() override;

 private:
  ~ReactorTransport() override;
  void on_ready(const Ready& ready) override;
  void run_deferred() override;
  void read();
  void was_short(int error);
  void fail(int error);
  void update_interest();

  ReactorLoop& loop_;
  Sink* sink_ = nullptr;  // nullptr before start() and after the last call
  SocketAddress peer_;
  Descriptor socket_;  // invalid once closed
  int error_ = 0;
  bool paused_ = false;
  bool leaves_ = false;       // the sink takes the bytes itself
  bool more_ = false;         // will follow upon each write
  bool ended_ = false;        // the peer has finished sending
  bool want_write_ = false;   // the last write was short
  bool in_callback_ = false;  // the Sink is being called: release() must wait
  bool released_ = false;
};

}  // namespace weir
