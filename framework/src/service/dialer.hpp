// Dialer: from an endpoint to a transport that is connected and ready, its handshake included,
// within one deadline over all its addresses.
// Layer: service, private. On its loop's thread.
//
// A name is looked up on a thread of its own, for the system's resolver blocks. That thread is
// never waited for: it holds nothing of the dialer but a handle to the loop, and what it finds is
// dropped when nobody wants it any more. A dialer has one of them at most.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "service/handshake.hpp"
#include "weir/core/endpoint.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/transport_filter.hpp"

namespace weir {

/// What a dialer is told about its transports.
struct DialOptions {
  SocketOptions socket{};
  MessageOptions messages{};
  std::vector<TransportFilterPtr> filters{};  // from the socket to the connection
  std::vector<SocketAddress> addresses{};     // when they are known already
};

class Dialer final : private Timer {
 public:
  using Resolve = UniqueFunction<Result<std::vector<SocketAddress>>(const Endpoint&)>;
  using Handler = UniqueFunction<void(Result<TransportPtr>)>;

  /// `resolve` may be empty: the system's. `handler` is called once for each dial().
  Dialer(EventLoop& loop, Endpoint endpoint, DialOptions options, Resolve resolve, Handler handler);
  ~Dialer() override;

  /// Only when none is under way.
  void dial(Duration deadline);
  /// The handler is not called for the dial that is under way.
  void cancel();

 private:
  void look_up();
  void on_resolved(Result<std::vector<SocketAddress>> found);
  void try_addresses(std::vector<SocketAddress> addresses);
  void try_next(Error last);
  void on_connected(Result<TransportPtr> result);
  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr transport) const;
  void finish(Result<TransportPtr> result);
  void on_timer() override;

  EventLoop& loop_;
  const Endpoint endpoint_;
  const DialOptions options_;
  std::shared_ptr<Resolve> resolve_;
  Handler handler_;
  std::shared_ptr<Dialer*> alive_;  // for what comes later; nullptr inside once this is gone
  std::vector<SocketAddress> addresses_;
  std::size_t next_ = 0;
  std::unique_ptr<Handshake> handshake_;
  TimePoint share_end_{};  // of the address that is being tried
  TimePoint deadline_{};
  std::uint64_t dial_ = 0;  // which one is under way: what an earlier one brings is dropped
  bool dialing_ = false;
  bool looking_up_ = false;
};

}  // namespace weir
