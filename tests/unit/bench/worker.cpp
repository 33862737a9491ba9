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

void let_pass(std::uint64_t nanoseconds) {
  const auto end = now_nanoseconds() + nanoseconds;
  wait_until("time passes", [&] { return now_nanoseconds() >= end; });
}

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

// Another thread may need longer for its own messages.
BOOST_AUTO_TEST_CASE(with_a_quota_a_rate_is_that_of_the_time_until_its_last_message) {
  constexpr unsigned quota = 10;
  auto [peer, socket] = unix_pair();
  Load load{shaped(Protocol::raw, 1, 1), {.quota = quota, .rate = 1e8, .max_backlog = 100}};
  load.start(std::move(socket));
  const auto began = now_nanoseconds();
  load.enter(Phase::measuring);
  for (unsigned i = 1; i < quota; ++i) send_all(peer, read_exactly(peer, 1));
  const auto message = read_exactly(peer, 1);
  const auto sent = now_nanoseconds();
  send_all(peer, message);
  let_pass(5'000'000);
  load.enter(Phase::draining);
  echo_to_end(std::move(peer));

  const auto& demand = load.ended().demand();
  BOOST_TEST(demand.seconds > 0);
  BOOST_TEST(demand.seconds <= static_cast<double>(sent - began) / 1e9);
}

// The second connection's handshake is answered when the clock has moved by `delay`.
BOOST_AUTO_TEST_CASE(the_first_message_of_a_connection_that_follows_another_holds_its_handshake) {
  constexpr std::uint64_t delay = 5'000'000;
  constexpr std::size_t message_bytes = 2 + 4 + 5;  // header, mask, payload
  constexpr std::size_t close_bytes = 2 + 4 + 2;
  const auto listener = open_listener();
  const auto address = address_of(listener);
  auto options = shaped(Protocol::websocket, 5, 1);
  options.to = parse_endpoint("tcp://127.0.0.1:" + std::to_string(address.port()));
  options.churn = 1;
  const auto accept = [&] { return weir::Descriptor{::accept(listener.get(), nullptr, nullptr)}; };
  const auto talk = [&](const weir::Descriptor& peer) {
    std::string request;
    while (!request.ends_with("\r\n\r\n")) request += read_exactly(peer, 1);
    send_all(peer, upgraded);
    const auto frame = read_exactly(peer, message_bytes);
    std::string answer("\x82\x05", 2);
    for (std::size_t i = 6; i < frame.size(); ++i) {
      answer += static_cast<char>(frame[i] ^ frame[2 + (i - 6) % 4]);
    }
    send_all(peer, answer);
    (void)read_exactly(peer, close_bytes);
  };

  auto socket = weir::test::connect_to(address);
  set_nonblocking(socket);
  Load load{options, {}};
  load.start(std::move(socket));
  load.enter(Phase::measuring);
  talk(accept());
  const auto second = accept();
  let_pass(delay);
  talk(second);
  load.enter(Phase::abandoned);
  const auto& latency = load.ended().latency();
  BOOST_TEST(latency.count() == 2U);
  BOOST_TEST(latency.max() >= delay);
}
