// ReactorLoop: an event loop of our own on non-blocking sockets; no Asio in it.
// Layer: io/reactor, private. It owns its Poller, the table of watched descriptors and the one
// buffer that all its transports receive into.
//
//   watched_   [descriptor] -> { handler, interest, round in which it was added }
//
// A handler may close a descriptor and the system may give its number out again while the answers
// of the same wait() are still being worked off: an entry that was added in this round is not
// meant by them.
#pragma once

#include <atomic>
#include <list>
#include <span>
#include <string>
#include <vector>

#include "io/reactor/poller.hpp"
#include "io/wake_up.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

/// Something that waits for a descriptor; owned by whoever watches.
class IoHandler {
 public:
  virtual void on_ready(const Ready& ready) = 0;

 protected:
  ~IoHandler() = default;
};

class ReactorLoop final : public EventLoop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> make(std::unique_ptr<Poller> poller);
  explicit ReactorLoop(std::unique_ptr<Poller> poller);
  ~ReactorLoop() override;

  [[nodiscard]] std::string_view name() const override { return poller_->name(); }
  void run() override;
  void stop() override;
  Result<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                           const ListenOptions& options, AcceptSink& sink) override;
  Result<TransportPtr> adopt(Accepted accepted) override;
  void connect(const SocketAddress& address, const ConnectOptions& options,
               ConnectHandler handler) override;
  using EventLoop::connect;
  Result<std::unique_ptr<Watch>> watch(int descriptor, Task on_readable, Task on_writable) override;

  // For what lives on this loop:

  using EventLoop::watch_readable;
  /// Begins to watch; the error says why the poller cannot.
  Status watch(int descriptor, Interest interest, IoHandler& handler);
  /// Changes what is wanted of a watched descriptor.
  void want(int descriptor, Interest interest);
  void unwatch(int descriptor);
  /// The same for one that the caller closes next.
  void unwatch_closing(int descriptor);
  /// One read of any connection goes here, and is over before the next.
  [[nodiscard]] std::span<char> read_buffer() { return {read_buffer_.get(), read_size}; }

 private:
  static constexpr std::size_t read_size = Transport::max_read;

  struct Watched {
    IoHandler* handler = nullptr;
    Interest interest;
    std::uint32_t since_round = 0;
  };
  class ReactorListener;
  class ReactorWatch;
  class Connector;

  void wake() override;
  void need_round() override {}
  void dispatch(std::span<const Ready> all);
  [[nodiscard]] Status watch_wake_up();

  std::unique_ptr<Poller> poller_;
  std::vector<Watched> watched_;
  std::unique_ptr<char[]> read_buffer_;
  std::uint32_t round_ = 1;  // an answer that it fools, once in 2^32, comes again
  std::atomic<bool> stopping_{false};
  WakeUp wake_up_;
  std::unique_ptr<Watch> wake_watch_;
  std::list<std::unique_ptr<Connector>> connectors_;
};

}  // namespace weir
