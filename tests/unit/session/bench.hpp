// A server on a MemoryLoop, and a record of what its hooks, its log and its counters were told.
// A test of a connection then reads as a script: what the peer sends, what comes back, how it ends.
//
//     Bench bench;
//     bench.serve(lines(), echo);
//     Peer peer = bench.dial();
//     BOOST_TEST(bench.say(peer, "a\nb\n") == "a\nb\n");
//     peer.end();
//     bench.check_end(CloseReason::peer_ended);
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

using namespace std::chrono_literals;
using testing::Faults;
using testing::MemoryLoop;
using testing::Peer;

inline constexpr std::string_view here = "tcp://127.0.0.1:7000";

/// Answers a frame with itself.
inline std::string_view echo(std::string_view frame) { return frame; }

class Bench {
 public:
  explicit Bench(ServerOptions options = {}, Faults faults = {});
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench();

  /// Listens and starts. `hooks` are called beside those that write the record.
  template <Framing F, FrameHandler<F> H>
  void serve(F framing, H handler, Hooks hooks = {}, ListenerOptions options = {}) {
    serve(std::make_unique<FramedService<F, H>>(std::move(framing), std::move(handler),
                                                recorded(std::move(hooks))),
          std::move(options));
  }
  void serve(std::unique_ptr<ProtocolFactory> factory, ListenerOptions options = {});
  /// `hooks`, each preceded by its line in the record.
  [[nodiscard]] Hooks recorded(Hooks hooks);

  [[nodiscard]] Peer dial();
  /// The peer sends, everything happens that can, the peer takes what came back.
  std::string say(Peer& peer, std::string_view bytes);
  /// Everything happens that can, the peer takes all there is, again and again until there is no
  /// more.
  std::string take_all(Peer& peer);
  void run() { loop.run_ready(); }
  void advance(Duration by) { loop.advance(by); }

  /// Exactly one connection was opened, and on_close, the counters and the log say that it ended
  /// once and how.
  void check_end(CloseReason reason);
  /// As many on_close as on_open, each counted and logged; whatever the reasons.
  void check_ends_agree();
  /// Nobody was told of an end yet.
  [[nodiscard]] bool open() const { return closes.empty(); }
  /// The lines of the log that hold `words`.
  [[nodiscard]] std::size_t logged(std::string_view words) const;
  /// The lines at level warning and above.
  [[nodiscard]] std::size_t warnings() const { return warnings_; }

  MemoryLoop loop;
  /// In order: "open", "drained", "end", "close peer_ended".
  std::vector<std::string> record;
  std::vector<CloseReason> closes;
  std::vector<std::string> log;
  /// The last one opened.
  Session session;
  Server server;

 private:
  [[nodiscard]] ServerOptions completed(ServerOptions options);

  std::size_t opens_ = 0;
  std::size_t warnings_ = 0;
};

/// `bytes` cut into pieces of `size`.
[[nodiscard]] std::vector<std::string> pieces_of(std::string_view bytes, std::size_t size);

}  // namespace weir::test
