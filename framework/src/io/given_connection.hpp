// GivenConnection: the listener of a connection that the process was given open (fd://): it accepts
// that one, once. For every backend. Layer: io, private.
#pragma once

#include <memory>

#include "io/socket.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

class GivenConnection final : public Listener {
 public:
  /// `given.connected` holds. The sink is told in the loop's next round.
  GivenConnection(EventLoop& loop, net::Listening given, AcceptSink& sink)
      : local_(given.local), sink_(std::make_shared<AcceptSink*>(&sink)) {
    loop.post([sink = sink_, socket = std::move(given.socket)]() mutable {
      if (*sink == nullptr) return;
      const SocketAddress peer = net::peer_address(socket.get());
      (*sink)->on_accept({std::move(socket), peer, nullptr});
    });
  }
  ~GivenConnection() override { *sink_ = nullptr; }
  [[nodiscard]] SocketAddress local() const override { return local_; }

 private:
  SocketAddress local_;
  std::shared_ptr<AcceptSink*> sink_;  // nullptr inside once this is gone
};

}  // namespace weir
