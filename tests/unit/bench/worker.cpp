// A thread of the load against a peer that the test plays.
#include "client/worker.hpp"

#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "support/sockets.hpp"
#include "unit/bench/answering.hpp"

using namespace weir::test;
using namespace weir::bench;

namespace {

std::uint64_t now_nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count());
}

/// One worker, which is ended however the test ends.
class Load {
 public:
  Load(const LoadOptions& options, const Share& share)
      : options_(options),
        dialect_(make_dialect(options_)),
        worker_(stage_, *dialect_, options_, share) {}
  ~Load() {
    stage_.enter(Phase::abandoned);
    worker_.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void start(weir::Descriptor socket) {
    worker_.add(weir::bench::Descriptor{socket.release()}, 0);
    worker_.start();
  }
  void enter(Phase phase) { stage_.enter(phase); }
  const Worker& ended() {
    worker_.join();
    BOOST_TEST(!worker_.failure());
    return worker_;
  }

 private:
  LoadOptions options_;
  std::unique_ptr<Dialect> dialect_;
  Stage stage_;
  Worker worker_;
};

/// Sends back what comes until the worker has finished.
void echo_to_end(weir::Descriptor peer) {
  char byte = 0;
  while (::recv(peer.get(), &byte, 1, 0) == 1) send_all(peer, {&byte, 1});
}

}  // namespace

// More messages are due than any thread can start, and the peer answers one after the other.
BOOST_AUTO_TEST_CASE(what_came_due_while_the_client_lagged_behind_was_offered) {
  constexpr double rate = 1e8;
  constexpr unsigned seed = 1;
  auto [peer, socket] = unix_pair();
  Load load{shaped(Protocol::raw, 1, 1), {.rate = rate, .max_backlog = 100, .seed = seed}};
  load.start(std::move(socket));
  load.enter(Phase::measuring);
  auto message = read_exactly(peer, 1);
  const auto began = now_nanoseconds();
  for (int i = 0; i < 200; ++i) {
    send_all(peer, message);
    message = read_exactly(peer, 1);
  }
  const auto ended = now_nanoseconds();
  load.enter(Phase::draining);
  send_all(peer, message);
  echo_to_end(std::move(peer));

  const auto& worker = load.ended();
  const auto& demand = worker.demand();
  OpenLoop due{rate, 1, 0, seed};
  due.start(0);
  while (due.arrive(ended - began)) {
  }
  BOOST_TEST(demand.offered >= due.offered());
  BOOST_TEST(demand.unsent == 100U);
  BOOST_TEST(demand.peak == 100U);
  BOOST_TEST(worker.latency().count() == demand.offered - demand.dropped);
}
