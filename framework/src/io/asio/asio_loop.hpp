// AsioLoop: an event loop that is one io_context, run by one thread.
// Layer: io/asio, private. It owns the io_context, the one steady_timer that stands for all
// deadlines, and the large buffer that all its transports read into which may (AsioTransport).
#pragma once

#include <time.h>

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <span>

#include "io/wake_up.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

namespace asio = boost::asio;
using AsioExecutor = asio::io_context::executor_type;

class AsioLoop final : public EventLoop {
 public:
  /// Throws boost::system::system_error when the system has no descriptors for it.
  AsioLoop();
  ~AsioLoop() override;

  [[nodiscard]] std::string_view name() const override { return "asio"; }
  void run() override;
  void stop() override;
  Result<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                           const ListenOptions& options, AcceptSink& sink) override;
  Result<TransportPtr> adopt(Accepted accepted) override;
  void connect(const SocketAddress& address, const ConnectOptions& options,
               ConnectHandler handler) override;
  using EventLoop::connect;
  Result<std::unique_ptr<Watch>> watch(int descriptor, Task on_readable, Task on_writable) override;

  [[nodiscard]] asio::execution_context& asio_context() override { return context_; }
  void catch_up() override {
    enter();
    leave();
  }

  // For what lives on this loop:

  [[nodiscard]] AsioExecutor executor() { return context_.get_executor(); }
  /// One read of any connection goes here, and is over before the next.
  [[nodiscard]] std::span<char> read_buffer() { return {read_buffer_.get(), read_size}; }
  /// The number of the last read before this round, or before the last one, when none is.
  [[nodiscard]] std::uint64_t reads_before_round() const { return reads_before_round_; }
  /// The number of one more read of any connection.
  [[nodiscard]] std::uint64_t count_read() { return ++reads_; }
  /// Whether peers are ahead of this loop: then most have sent again by the end of the round, and
  /// it pays to look before waiting. Known from how the last looks went; where they found nothing,
  /// one of 64 finds out anew.
  [[nodiscard]] bool peers_ahead() { return found_ > 0 || ++not_looked_ % 64 == 0; }
  void tell_look(bool found) {
    if (found && found_ < 8) ++found_;
    if (!found && found_ > 0) --found_;
  }
  /// Around every completion handler: the time is read, and a timer armed meanwhile is seen.
  /// A reactor reads the clock once for many connections; here it is read for each, so it is the
  /// coarse one: 5 ns instead of 25, and a few milliseconds late, which no deadline of ours minds.
  void enter() { update_now(coarse_time()); }
  void leave() {
    if (next_timer() < tick_at_) arm_tick();
  }

 private:
  static constexpr std::size_t read_size = Transport::max_read;
  using Tick =
      asio::basic_waitable_timer<std::chrono::steady_clock,
                                 asio::wait_traits<std::chrono::steady_clock>, AsioExecutor>;
  class AsioListener;
  class AsioWatch;
  class Connector;

  [[nodiscard]] static Result<TransportPtr> transport_on(AsioLoop& loop, Descriptor descriptor,
                                                         const SocketAddress& peer);
  [[nodiscard]] static TimePoint coarse_time() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return TimePoint(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
  }
  void wake() override;
  void need_round() override;
  void round();
  void arm_tick();

  asio::io_context context_;
  Tick tick_;
  TimePoint tick_at_ = TimerQueue::never;  // what tick_ waits for
  std::unique_ptr<char[]> read_buffer_;
  WakeUp wake_up_;
  std::unique_ptr<AsioWatch> wake_watch_;
  std::uint64_t reads_ = 0;
  std::uint64_t reads_before_round_ = 0;
  int found_ = 0;
  unsigned not_looked_ = 0;
  bool round_posted_ = false;
  std::atomic<bool> stopping_{false};
};

}  // namespace weir
