// The loop without a system: rounds, time by hand, listening and connecting in memory.
#include "weir/testing/memory_loop.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/testing/recorder.hpp"
#include "weir/core/endpoint.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using testing::MemoryLoop;
using testing::Peer;

namespace {

class Hall final : public AcceptSink {
 public:
  void on_accept(Accepted accepted) override {
    BOOST_TEST(!accepted.descriptor.valid());
    peers.push_back(accepted.peer);
    auto adopted = loop.adopt(std::move(accepted));
    BOOST_REQUIRE(adopted.ok());
    transports.push_back(adopted.take());
    sinks.push_back(std::make_unique<Recorder>());
    transports.back()->start(*sinks.back());
  }
  void on_shed(std::size_t, int) override {}

  explicit Hall(MemoryLoop& of) : loop(of) {}
  MemoryLoop& loop;
  std::vector<SocketAddress> peers;
  std::vector<TransportPtr> transports;
  std::vector<std::unique_ptr<Recorder>> sinks;
};

SocketAddress address_of(std::string_view endpoint) {
  return resolve(Endpoint::parse(endpoint).value()).value().front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_loop)

BOOST_AUTO_TEST_CASE(time_stands_still_until_a_test_moves_it) {
  MemoryLoop loop;
  const TimePoint begin = loop.now();
  loop.run_ready();
  BOOST_TEST((loop.now() == begin));
  loop.advance(5s);
  BOOST_TEST((loop.now() - begin == 5s));
  loop.advance(0s);
  BOOST_TEST((loop.now() - begin == 5s));
}

BOOST_AUTO_TEST_CASE(advance_stops_at_every_timer_in_order_and_ends_where_it_was_told) {
  MemoryLoop loop;
  const TimePoint begin = loop.now();
  std::vector<Duration> fired;
  for (const Duration delay : {3s, 1s, 2s, 4s}) {
    loop.run_after(delay, [&] { fired.push_back(loop.now() - begin); });
  }
  // Armed on the way, due on the way.
  loop.run_after(1s, [&] { loop.run_after(500ms, [&] { fired.push_back(loop.now() - begin); }); });
  loop.advance(3s);
  BOOST_TEST((fired == std::vector<Duration>{1s, 1500ms, 2s, 3s}));
  BOOST_TEST((loop.now() - begin == 3s));
  loop.advance(1s - 1ns);
  BOOST_TEST(fired.size() == 4U);
  loop.advance(1ns);
  BOOST_TEST(fired.size() == 5U);
}

BOOST_AUTO_TEST_CASE(what_has_to_rest_and_does_not_is_found) {
  MemoryLoop loop;
  struct Restless final : Timer {
    explicit Restless(MemoryLoop& of) : loop(of) { loop.timers().arm(*this, loop.now()); }
    void on_timer() override { loop.timers().arm(*this, loop.now()); }
    MemoryLoop& loop;
  } restless(loop);
  BOOST_CHECK_THROW(loop.run_ready(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(tasks_run_in_the_order_of_posting_also_from_another_thread) {
  MemoryLoop loop;
  std::string order;
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "d"; });
  });
  loop.post([&] { order += "b"; });
  std::thread([&] { loop.post([&] { order += "c"; }); }).join();
  BOOST_TEST(order == "");
  loop.run_ready();
  BOOST_TEST(order == "abcd");
}

BOOST_AUTO_TEST_CASE(run_goes_on_until_stop_or_until_there_is_nothing_to_do) {
  MemoryLoop loop;
  int ran = 0;
  loop.post([&] {
    ++ran;
    loop.stop();
    loop.post([&] { ++ran; });
  });
  loop.run();
  BOOST_TEST(ran == 1);
  loop.run();
  BOOST_TEST(ran == 2);
}

BOOST_AUTO_TEST_CASE(a_dial_is_accepted_with_an_address_of_its_own) {
  MemoryLoop loop;
  Hall hall(loop);
  auto listener = loop.listen(address_of("tcp://127.0.0.1:7000"), {}, hall);
  BOOST_REQUIRE(listener.ok());
  Peer one = loop.dial("tcp://127.0.0.1:7000");
  Peer two = loop.dial("tcp://127.0.0.1:7000");
  BOOST_REQUIRE(hall.peers.size() == 2U);
  BOOST_TEST(hall.peers[0].host() == "127.0.0.1");
  BOOST_TEST(hall.peers[0].port() != hall.peers[1].port());
  BOOST_TEST((hall.transports[0]->peer() == hall.peers[0]));
  one.send("1");
  two.send("2");
  loop.run_ready();
  hall.sinks[0]->expect({"bytes 1"});
  hall.sinks[1]->expect({"bytes 2"});
}

BOOST_AUTO_TEST_CASE(a_dial_where_nobody_listens_is_a_mistake_of_the_test) {
  MemoryLoop loop;
  BOOST_CHECK_THROW(static_cast<void>(loop.dial("tcp://127.0.0.1:7000")), std::logic_error);
  BOOST_CHECK_THROW(static_cast<void>(loop.dial("no endpoint")), std::logic_error);
  Hall hall(loop);
  { auto listener = loop.listen(address_of("tcp://127.0.0.1:7000"), {}, hall); }
  BOOST_CHECK_THROW(static_cast<void>(loop.dial("tcp://127.0.0.1:7000")), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_port_is_taken_while_somebody_listens_there_and_port_zero_is_always_free) {
  MemoryLoop loop;
  Hall hall(loop);
  auto first = loop.listen(address_of("tcp://127.0.0.1:40000"), {}, hall);
  BOOST_REQUIRE(first.ok());
  auto second = loop.listen(address_of("tcp://127.0.0.1:40000"), {}, hall);
  BOOST_REQUIRE(!second.ok());
  BOOST_TEST(second.error().code == EADDRINUSE);
  auto third = loop.listen(address_of("tcp://127.0.0.1:0"), {}, hall);
  BOOST_REQUIRE(third.ok());
  BOOST_TEST(third.value()->local().port() != 0);
  BOOST_TEST(third.value()->local().port() != 40000);
}

BOOST_AUTO_TEST_CASE(connect_reaches_a_listener_later_and_both_ends_talk) {
  MemoryLoop loop;
  Hall hall(loop);
  auto listener = loop.listen(address_of("tcp://127.0.0.1:7000"), {}, hall);
  TransportPtr near;
  Recorder sink;
  loop.connect(address_of("tcp://127.0.0.1:7000"), 1s, [&](Result<TransportPtr> result) {
    BOOST_REQUIRE(result.ok());
    near = result.take();
    near->start(sink);
  });
  BOOST_TEST(near == nullptr);
  loop.run_ready();
  BOOST_REQUIRE(near != nullptr);
  BOOST_REQUIRE(hall.transports.size() == 1U);
  const std::string_view there = "there";
  const std::string_view back = "back";
  near->write({&there, 1});
  hall.transports[0]->write({&back, 1});
  hall.transports[0]->shutdown_write();
  loop.run_ready();
  hall.sinks[0]->expect({"bytes there"});
  sink.expect({"bytes back", "end"});
  near->close();
  loop.run_ready();
  hall.sinks[0]->expect({"bytes there", "end"});
  sink.expect({"bytes back", "end", "closed 0"});
}

BOOST_AUTO_TEST_CASE(connect_where_nobody_listens_is_refused_later) {
  MemoryLoop loop;
  int code = 0;
  loop.connect(address_of("tcp://127.0.0.1:7000"), 1s, [&](Result<TransportPtr> result) {
    BOOST_REQUIRE(!result.ok());
    code = result.error().code;
  });
  BOOST_TEST(code == 0);
  loop.run_ready();
  BOOST_TEST(code == ECONNREFUSED);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_drops_what_was_on_its_way) {
  Hall* hall = nullptr;
  bool told = false;
  {
    MemoryLoop loop;
    Hall there(loop);
    hall = &there;
    auto listener = loop.listen(address_of("tcp://127.0.0.1:7000"), {}, there);
    loop.connect(address_of("tcp://127.0.0.1:7000"), 1s,
                 [&](const Result<TransportPtr>&) { told = true; });
    loop.run_after(1s, [&] { told = true; });
    BOOST_TEST(hall->transports.empty());
  }
  BOOST_TEST(!told);
}

BOOST_AUTO_TEST_CASE(the_two_ends_of_a_transport_pair_are_each_others_peers) {
  MemoryLoop loop({.capacity = 4});
  auto [left, right] = loop.transport_pair();
  Recorder at_left;
  Recorder at_right;
  left->start(at_left);
  right->start(at_right);
  const std::string_view text = "12345678";
  BOOST_TEST(left->write({&text, 1}) == 4U);
  loop.run_ready();
  at_right.expect({"bytes 1234"});
  at_left.expect({"writable"});
  right->close();
  loop.run_ready();
  at_right.expect({"bytes 1234", "closed 0"});
  at_left.expect({"writable", "end"});
}

BOOST_AUTO_TEST_CASE(a_descriptor_cannot_be_watched_in_memory) {
  MemoryLoop loop;
  BOOST_TEST(!loop.watch_readable(0, [] {}).ok());
  BOOST_TEST(loop.name() == "memory");
}

BOOST_AUTO_TEST_CASE(many_transports_come_and_go_while_others_are_told) {
  MemoryLoop loop;
  Hall hall(loop);
  auto listener = loop.listen(address_of("tcp://127.0.0.1:7000"), {}, hall);
  std::vector<Peer> peers;
  peers.reserve(100);
  for (int i = 0; i < 100; ++i) peers.push_back(loop.dial("tcp://127.0.0.1:7000"));
  // Each releases another one while it is told.
  for (std::size_t i = 0; i < 50; ++i) {
    hall.sinks[i]->on_call = [&hall, i](const std::string&) { hall.transports[99 - i].reset(); };
  }
  for (Peer& peer : peers) peer.send("x");
  loop.run_ready();
  for (std::size_t i = 0; i < 50; ++i) {
    BOOST_TEST(peers[99 - i].closed());
    BOOST_TEST(hall.sinks[99 - i]->told.empty());
    hall.sinks[i]->expect({"bytes x"});
  }
  hall.transports.clear();
}

BOOST_AUTO_TEST_SUITE_END()
