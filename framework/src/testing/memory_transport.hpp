// MemoryTransport: one end of a connection in memory. Layer: testing, private.
//
//     transport A --- out_ pipe ---> in_ of transport B, or of the test's Peer
//                 <--- in_ pipe ----
#pragma once

#include "weir/core/buffer.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::testing {

/// One direction.
struct MemoryPipe {
  Buffer bytes;
  std::size_t capacity = 0;
  bool ended = false;      // the writer will write no more
  bool abandoned = false;  // the reader has closed: a write fails
  bool broken = false;     // reset by either side: what is in it is lost
  bool vanished = false;   // takes and brings nothing any more, and says so to nobody
};

class MemoryTransport final : public Transport {
 public:
  MemoryTransport(MemoryLoop& loop, std::shared_ptr<MemoryPipe> in, std::shared_ptr<MemoryPipe> out,
                  const SocketAddress& peer)
      : loop_(loop), in_(std::move(in)), out_(std::move(out)), peer_(peer) {}

  void start(Sink& sink) override { sink_ = &sink; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override { paused_ = false; }
  std::size_t write(std::span<const std::string_view> pieces) override;
  void shutdown_write() override;
  void close() override;
  [[nodiscard]] SocketAddress peer() const override { return peer_; }
  [[nodiscard]] SocketAddress local() const override { return peer_; }
  void release() override;

  /// Tells the Sink what can be told now; false when there was nothing. May free this.
  bool pump();

 private:
  ~MemoryTransport() override = default;
  bool read_some();
  void fail(int error);
  void shut();

  MemoryLoop& loop_;
  Sink* sink_ = nullptr;
  std::shared_ptr<MemoryPipe> in_;
  std::shared_ptr<MemoryPipe> out_;
  SocketAddress peer_;
  int error_ = 0;
  bool paused_ = false;
  bool end_told_ = false;
  bool blocked_ = false;  // the last write was short
  bool over_ = false;     // on_closed is due
  bool in_callback_ = false;
  bool released_ = false;
};

}  // namespace weir::testing
