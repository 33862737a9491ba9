// Handshake: waits until a transport is ready for its connection, within a deadline.
// Layer: service, private. On its loop's thread. A peer that is slow to agree costs this and its
// transport, no connection and no protocol.
#pragma once

#include "weir/io/event_loop.hpp"

namespace weir {

class Handshake final : private Sink, private Timer {
 public:
  /// The transport, or why there is none: ETIMEDOUT is the deadline.
  using Handler = UniqueFunction<void(Handshake&, Result<TransportPtr>)>;

  /// Begins at once. Calls `handler` once, later, from the loop: it may destroy this.
  Handshake(EventLoop& loop, TransportPtr transport, Duration deadline, Handler handler);
  ~Handshake() override;

  /// The owner's: where it keeps this one.
  std::size_t place = 0;

 private:
  void on_ready() override;
  void on_bytes(std::string_view) override {}
  void on_end() override;
  void on_writable() override {}
  void on_closed(int error) override;
  void on_timer() override;
  void finish(Result<TransportPtr> result);

  TransportPtr transport_;
  Handler handler_;
};

}  // namespace weir
