// The code of docs/testing.md, whole: a service and its tests. Each ```cpp block of the guide
// stands in here word for word; structure.snippets checks that.
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "weir/framing/line.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

// [service
class Store {
 public:
  weir::Status listen_on(weir::Server& server, std::string_view endpoint) {
    weir::Hooks hooks;
    hooks.on_close = [this](weir::Session&, weir::CloseReason reason) { ++ended[reason]; };
    const auto bound = server.listen(
        endpoint, weir::lines(), [this](std::string_view line) { return answer(line); },
        std::move(hooks));
    return bound.ok() ? weir::Status() : weir::Status(bound.error());
  }

  std::map<weir::CloseReason, int> ended;

 private:
  std::string answer(std::string_view line);
  std::map<std::string, std::string, std::less<>> values_;
};
// ]

std::string Store::answer(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals != std::string_view::npos) {
    values_.insert_or_assign(std::string(line.substr(0, equals)),
                             std::string(line.substr(equals + 1)));
    return "ok";
  }
  const auto found = values_.find(line);
  return found == values_.end() ? "none" : found->second;
}

// [fixture
struct Fixture {
  explicit Fixture(weir::testing::Faults faults = {})
      : loop(faults), server({.log = weir::Log(weir::LogLevel::off), .loop = &loop}) {
    BOOST_REQUIRE(store.listen_on(server, "tcp://127.0.0.1:7000").ok());
    BOOST_REQUIRE(server.start().ok());
  }

  weir::testing::Peer dial() { return loop.dial("tcp://127.0.0.1:7000"); }

  Store store;
  weir::testing::MemoryLoop loop;
  weir::Server server;  // the last: it goes before the loop that it serves on
};
// ]

using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(testing_guide)

// [script
BOOST_FIXTURE_TEST_CASE(what_was_set_is_answered, Fixture) {
  auto peer = dial();
  peer.send("color=blue\ncolor\nsize\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "ok\nblue\nnone\n");
}
// ]

// [cuts
BOOST_AUTO_TEST_CASE(the_cuts_of_the_network_make_no_difference) {
  for (const std::size_t size : {1, 2, 3, 7}) {
    Fixture fixture({.max_read = size, .max_write = size});
    auto peer = fixture.dial();
    peer.send("color=blue\ncolor\n");
    fixture.loop.run_ready();
    BOOST_TEST(peer.take() == "ok\nblue\n");
  }
}
// ]

// [time
BOOST_FIXTURE_TEST_CASE(half_a_request_has_ten_seconds, Fixture) {
  auto peer = dial();
  peer.send("color=bl");
  loop.advance(10s - 1ns);
  BOOST_TEST(!peer.ended());
  loop.advance(1ns);
  BOOST_TEST(peer.ended());
  loop.advance(2s);  // how long the last bytes of a peer are awaited
  BOOST_TEST(store.ended[weir::CloseReason::frame_timeout] == 1);
}
// ]

// [slow
BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_is_given_up) {
  Fixture fixture({.capacity = 10});
  auto peer = fixture.dial();
  peer.send("color=a long description of the color blue\ncolor\n");
  fixture.loop.run_ready();
  BOOST_TEST(peer.available() == 10U);  // the rest waits in the server
  fixture.loop.advance(30s);
  BOOST_TEST(fixture.store.ended[weir::CloseReason::write_timeout] == 1);
}
// ]

// [drain
BOOST_FIXTURE_TEST_CASE(a_stop_lets_a_request_finish, Fixture) {
  auto idle = dial();
  auto busy = dial();
  busy.send("color");
  loop.run_ready();
  server.stop(5s);
  loop.run_ready();
  BOOST_TEST(idle.closed());
  busy.send("\n");
  loop.run_ready();
  BOOST_TEST(busy.take() == "none\n");
  busy.end();
  loop.run_ready();
  BOOST_TEST(server.stopped());
  BOOST_TEST(server.wait().to_string() == "drained: 1 idle, 1 finished, 0 cut");
}
// ]

// [every_step
std::size_t play(Fixture& fixture) {
  auto peer = fixture.dial();
  peer.send("color=blue\n");
  fixture.loop.run_ready();
  peer.send("color\n");
  peer.end();
  fixture.loop.run_ready();
  return fixture.loop.steps();
}

BOOST_AUTO_TEST_CASE(whatever_fails_a_connection_ends_once) {
  Fixture whole;
  const std::size_t steps = play(whole);
  BOOST_TEST(whole.store.ended[weir::CloseReason::peer_ended] == 1);

  for (std::size_t step = 1; step <= steps; ++step) {
    Fixture broken({.fail_at = step, .fail_with = ECONNRESET});
    play(broken);
    Fixture silent({.vanish_at = step});
    play(silent);
    silent.loop.advance(10min);  // only a deadline can end it
    for (Fixture* fixture : {&broken, &silent}) {
      int ended = 0;
      for (const auto& [reason, times] : fixture->store.ended) ended += times;
      BOOST_TEST(ended == 1);
      BOOST_TEST(fixture->server.stats().active == 0U);
    }
  }
}
// ]

BOOST_AUTO_TEST_SUITE_END()
