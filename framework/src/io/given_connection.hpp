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
  GivenConnection(EventLoop& loop, net::Listening given, const ListenOptions& options,
                  AcceptSink& sink)
      : local_(given.local),
        messages_(options.messages),
        sink_(std::make_shared<AcceptSink*>(&sink)) {
    loop.post([sink = sink_, socket = std::move(given.socket), messages = messages_]() mutable {
      if (*sink == nullptr) return;
      const SocketAddress peer = net::peer_address(socket.get());
      (*sink)->on_accept({std::move(socket), peer, nullptr, std::move(messages)});
    });
  }
  ~GivenConnection() override { *sink_ = nullptr; }
  [[nodiscard]] SocketAddress local() const override { return local_; }
  [[nodiscard]] std::size_t max_message() const override {
    return net::max_message(local_, messages_);
  }

 private:
  SocketAddress local_;
  MessageOptions messages_;
  std::shared_ptr<AcceptSink*> sink_;  // nullptr inside once this is gone
};

}  // namespace weir
