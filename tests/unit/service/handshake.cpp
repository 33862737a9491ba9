// What stands between a socket and its connection: agreed on within a deadline, counted, told
// apart.
#include <boost/test/unit_test.hpp>

#include "support/greeting_filter.hpp"
#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/service/client.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// An echo of lines behind the greeting.
struct Greeted {
  explicit Greeted(ServerOptions options = {}) : bench(std::move(options)) {
    bench.serve(lines(), echo, {}, {.proxy_protocol = std::make_shared<GreetingFilter>()});
  }
  Bench bench;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake)

BOOST_FIXTURE_TEST_CASE(a_connection_opens_when_the_peer_has_agreed, Greeted) {
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "hel").empty());
  BOOST_TEST(bench.record.empty());
  BOOST_TEST(bench.say(peer, "lo\n").empty());
  BOOST_TEST(bench.record == std::vector<std::string>{"open"});
  BOOST_REQUIRE(bench.session.security() != nullptr);
  BOOST_TEST(bench.session.security()->version == "greeting");
  BOOST_TEST(bench.say(peer, "a\n") == "a\n");
}

BOOST_FIXTURE_TEST_CASE(what_comes_with_the_agreement_is_not_lost, Greeted) {
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "hello\na\nb\n") == "a\nb\n");
}

BOOST_FIXTURE_TEST_CASE(a_stop_is_told_from_an_end, Greeted) {
  Peer polite = bench.dial();
  bench.say(polite, "hello\na\nbye\n");
  polite.end();
  bench.run();
  Peer rude = bench.dial();
  bench.say(rude, "hello\na\n");
  rude.end();
  bench.run();
  BOOST_TEST((bench.closes == std::vector{CloseReason::peer_ended, CloseReason::unclean_end}));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_agree_is_refused_and_counted, Greeted) {
  Peer peer = bench.dial();
  bench.say(peer, "GET / HTTP/1.1\r\n");
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.record.empty());
  const ServerStats stats = bench.server.stats();
  BOOST_TEST(stats.handshakes_failed == 1U);
  BOOST_TEST(stats.active == 0U);
  BOOST_TEST(bench.log.back().find("the peer did not greet") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_byte_a_second_is_cut_at_the_deadline, Greeted) {
  Peer peer = bench.dial();
  for (const char byte : std::string_view("hello")) {
    peer.send({&byte, 1});
    bench.advance(1900ms);
  }
  BOOST_TEST(!peer.closed());
  bench.advance(600ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.server.stats().handshakes_late == 1U);
  BOOST_TEST(bench.server.stats().active == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_goes_before_it_has_agreed_frees_its_place, Greeted) {
  for (int i = 0; i < 3; ++i) {
    Peer peer = bench.dial();
    bench.say(peer, "he");
    if (i == 0) peer.end();
    if (i == 1) peer.reset();
    if (i == 2) peer.close();
    bench.run();
  }
  BOOST_TEST(bench.server.stats().handshakes_failed == 3U);
  BOOST_TEST(bench.server.stats().active == 0U);
}

BOOST_AUTO_TEST_CASE(handshakes_count_as_connections) {
  ServerOptions options;
  options.limits.connections = 2;
  Greeted greeted(options);
  const Peer first = greeted.bench.dial();
  const Peer second = greeted.bench.dial();
  const Peer third = greeted.bench.dial();
  BOOST_TEST(!second.closed());
  BOOST_TEST(third.closed());
  BOOST_TEST(greeted.bench.server.stats().refused_limit == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_stop_does_not_wait_for_a_handshake, Greeted) {
  Peer peer = bench.dial();
  bench.say(peer, "he");
  bench.server.stop(10s);
  bench.run();
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.server.stats().active == 0U);
}

BOOST_AUTO_TEST_CASE(tls_needs_what_makes_it_and_nothing_else_takes_it) {
  Bench bench;
  const auto listen = [&](std::string_view endpoint, TransportFilterPtr tls) {
    return bench.server.listen(endpoint, lines(), echo, {}, {.tls = std::move(tls)});
  };
  const auto filter = std::make_shared<GreetingFilter>();
  const auto without = listen("tls://127.0.0.1:7000", nullptr);
  BOOST_REQUIRE(!without.ok());
  BOOST_TEST(without.error().message ==
             "cannot listen on tls://127.0.0.1:7000: tls:// needs ListenerOptions::tls");
  BOOST_TEST(listen(here, filter).error().message ==
             "cannot listen on tcp://127.0.0.1:7000: only tls:// has TLS");
  const auto bound = listen("tls://127.0.0.1:7001", filter);
  BOOST_REQUIRE(bound.ok());
  BOOST_TEST(bound.value().to_string() == "tls://127.0.0.1:7001");
}

BOOST_AUTO_TEST_SUITE_END()
