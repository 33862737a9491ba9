// Acceptor: takes connections off one listening socket, for every backend, and stays calm when
// the system has no descriptor for one more.
// Layer: io, private. Owned by a backend's listener, which tells it when to try.
//
// Out of descriptors (EMFILE, ENFILE), the connections that wait can neither be served nor be
// told so, and "readable" stays true: accepting at once again would spin. So a spare descriptor
// is kept: it is given up for a moment, a few waiting connections are taken and closed, and then
// accepting rests for a while.
//
// A call that finds nobody waiting has made a socket, and throws it away: it costs about half of
// one that finds somebody. So no more are taken in one go than were there the last times, and now
// and then twice as many are tried; who is left is told of again.
#pragma once

#include "io/socket.hpp"
#include "weir/io/descriptor.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

class Acceptor {
 public:
  /// The most connections taken in one go, so that those that are served get their turn.
  static constexpr int batch = 16;
  /// The most connections shed before a pause.
  static constexpr int shed_batch = 64;

  Acceptor(net::Listening listening, const ListenOptions& options, AcceptSink& sink);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  [[nodiscard]] int descriptor() const { return listening_.socket.get(); }
  [[nodiscard]] const SocketAddress& local() const { return listening_.local; }
  /// 0 where its connections are streams.
  [[nodiscard]] std::size_t max_message() const {
    return net::max_message(listening_.local, messages_);
  }
  /// Takes some of what waits: "readable" must be told again for the others. False: rest for
  /// `pause()` before trying again. The sink may destroy this one meanwhile; the answer is true
  /// then.
  [[nodiscard]] bool accept_some();
  [[nodiscard]] Duration pause() const { return pause_; }

 private:
  /// Batches between two that try for more.
  static constexpr unsigned growth_pause = 8;

  bool take_batch(const bool& gone);
  [[nodiscard]] Descriptor accept_one(SocketAddress& peer);
  void shed(int error);

  net::Listening listening_;
  SocketOptions connection_options_;
  MessageOptions messages_;
  bool sets_options_;  // what they have does not come with the listener's
  Descriptor spare_;
  Duration pause_;
  int expected_ = 1;  // connections that wait at a time, 1 to batch
  unsigned batches_ = 0;
  AcceptSink& sink_;
  bool* gone_ = nullptr;  // while accept_some() runs: set by the destructor
};

}  // namespace weir
