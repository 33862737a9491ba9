// MemoryLoop: a backend without a system: connections are memory, time moves by hand, faults come
// by script. Layer: testing. For tests of a service, a protocol or a framing as it really runs,
// without a socket and without sleeping.
//
//     weir::testing::MemoryLoop loop;
//     weir::Server server({.loop = &loop});
//     server.listen("tcp://127.0.0.1:7000", weir::lines(), handler);
//     server.start();
//     auto peer = loop.dial("tcp://127.0.0.1:7000");
//     peer.send("hello\n");
//     loop.run_ready();
//     peer.take();                               // what came back
//     loop.advance(std::chrono::seconds(300));   // and the idle deadline has passed
//
// Everything on the thread that made the loop; tasks may be posted and a Session used from others:
// what they do happens at the next run_ready().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/io/event_loop.hpp"
#include "weir/testing/faults.hpp"
#include "weir/testing/manual_clock.hpp"

namespace weir::testing {

struct MemoryPipe;
class MemoryTransport;

/// The test's end of a connection: bytes in, bytes out, as a client's socket has them. A handle;
/// what it does reaches the other end at the next run_ready().
class Peer {
 public:
  Peer() = default;
  Peer(std::shared_ptr<MemoryPipe> out, std::shared_ptr<MemoryPipe> in);

  void send(std::string_view bytes);
  /// Reads: takes what came and was not taken yet, at most `most` bytes. A peer that does not take
  /// is a slow reader.
  std::string take(std::size_t most = Faults::unlimited);
  /// Bytes that came and were not taken yet.
  [[nodiscard]] std::size_t available() const;

  /// No more will be sent; receiving goes on.
  void end();
  /// Closes both directions, as close() does: what comes now is answered with a reset.
  void close();
  /// Breaks the connection off: what is under way is lost.
  void reset();

  /// The other end will send no more, and everything it sent was taken.
  [[nodiscard]] bool ended() const;
  /// The other end is closed, in whichever way.
  [[nodiscard]] bool closed() const;
  /// The other end was closed over bytes it had not read, or broken off.
  [[nodiscard]] bool was_reset() const;

 private:
  std::shared_ptr<MemoryPipe> out_;
  std::shared_ptr<MemoryPipe> in_;
};

/// A base, so that the time exists before the loop that reads it.
class OwnsClock {
 protected:
  ManualClock manual_clock_;
};

class MemoryLoop final : private OwnsClock, public EventLoop {
 public:
  /// Throws std::logic_error from run_ready() after this many rounds: something never rests.
  static constexpr int max_rounds = 100'000;

  explicit MemoryLoop(Faults faults = {});
  ~MemoryLoop() override;

  /// Runs rounds until nothing more can happen without time passing or a peer acting.
  void run_ready();
  /// Moves the time on by `by`, stopping at every timer on the way, and runs what is ready.
  void advance(Duration by);
  /// Moves the time on and runs nothing: what a handler does that takes so long.
  void take_time(Duration by) { manual_clock_.advance(by); }

  /// A connection to a listener of this loop, whose other end the test holds. Throws
  /// std::logic_error when nobody listens there.
  [[nodiscard]] Peer dial(std::string_view endpoint);
  /// A transport, and the test's end of it.
  [[nodiscard]] std::pair<TransportPtr, Peer> transport_and_peer();
  /// Two transports that are each other's peers.
  [[nodiscard]] std::pair<TransportPtr, TransportPtr> transport_pair();

  [[nodiscard]] const Faults& faults() const { return faults_; }
  void set_faults(const Faults& faults) { faults_ = faults; }
  /// Steps so far (faults.hpp).
  [[nodiscard]] std::size_t steps() const { return steps_; }

  [[nodiscard]] std::string_view name() const override { return "memory"; }
  /// run_ready(), as often as there is something to do, until stop().
  void run() override;
  void stop() override { stopping_ = true; }
  Result<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                           const ListenOptions& options, AcceptSink& sink) override;
  Result<TransportPtr> adopt(Accepted accepted) override;
  void connect(const SocketAddress& address, const ConnectOptions& options,
               ConnectHandler handler) override;
  using EventLoop::connect;
  /// An error: there are no descriptors in memory.
  Result<std::unique_ptr<Watch>> watch(int descriptor, Task on_readable, Task on_writable) override;

 private:
  friend class MemoryTransport;
  class MemoryListener;
  enum class Step { normal, fail, vanish };
  static constexpr std::uint16_t first_free_port = 40'000;

  void wake() override {}
  void need_round() override {}
  /// Counts one step and says what the script wants of it.
  Step step();
  bool round();
  [[nodiscard]] std::uint16_t free_port();
  TransportPtr make_transport(std::shared_ptr<MemoryPipe> in, std::shared_ptr<MemoryPipe> out);
  [[nodiscard]] std::shared_ptr<MemoryPipe> make_pipe() const;

  Faults faults_;
  std::size_t steps_ = 0;
  std::vector<MemoryTransport*> transports_;  // a place of one that is gone holds nullptr
  std::map<std::uint16_t, MemoryListener*> listeners_;
  std::uint16_t next_port_ = first_free_port;
  bool stopping_ = false;
};

}  // namespace weir::testing
