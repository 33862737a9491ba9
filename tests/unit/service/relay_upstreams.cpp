// Which upstream a client gets, what happens when it is not there, and who is out.
#include <boost/test/unit_test.hpp>
#include <cerrno>

#include "unit/service/relay_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::string nobody = "tcp://127.0.0.1:9099";

}  // namespace

BOOST_AUTO_TEST_SUITE(relay_upstreams)

BOOST_FIXTURE_TEST_CASE(a_client_gets_the_one_with_the_fewest_connections, RelayCase) {
  serve({one.endpoint, two.endpoint});
  std::vector<Peer> peers;
  for (int i = 0; i < 6; ++i) peers.push_back(dial());
  BOOST_TEST(one.connections.size() == 3U);
  BOOST_TEST(two.connections.size() == 3U);
  for (const auto& connection : one.connections) connection->send("x");
  for (const auto& connection : one.connections) connection->finish();
  loop.run_ready();
  for (Peer& peer : peers) {
    if (peer.ended()) continue;
    if (peer.take() == "x") peer.end();
  }
  loop.run_ready();
  BOOST_TEST(relay->stats().upstreams.front().active == 0U);
  for (int i = 0; i < 3; ++i) peers.push_back(dial());
  BOOST_TEST(one.connections.size() == 6U);
  BOOST_TEST(two.connections.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(who_finds_one_away_gets_another_and_notices_nothing, RelayCase) {
  serve({nobody, one.endpoint});
  for (int i = 0; i < 4; ++i) {
    Peer peer = dial();
    send(peer, "request");
    BOOST_TEST(one.last().got == "request");
  }
  const RelayStats stats = relay->stats();
  BOOST_TEST(stats.retries == 2U);
  BOOST_TEST((stats.upstreams.front().health == Health::ejected));
  BOOST_TEST(stats.upstreams.front().failures == 2U);
  BOOST_TEST(stats.upstreams.front().ejections == 1U);
  BOOST_TEST(stats.upstreams.back().connects == 4U);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_back_is_used_again, RelayCase) {
  serve({nobody, one.endpoint}, {.health_interval = 0s});
  const Peer first = dial();
  const Peer second = dial();
  BOOST_TEST((relay->stats().upstreams.front().health == Health::ejected));
  TestUpstream back(loop, 9099);
  const Peer third = dial();
  BOOST_TEST(back.connections.empty());
  loop.advance(2s);
  const Peer fourth = dial();
  BOOST_TEST(back.connections.size() == 1U);
  BOOST_TEST((relay->stats().upstreams.front().health == Health::healthy));
}

BOOST_FIXTURE_TEST_CASE(a_health_check_finds_who_is_away_and_who_is_back, RelayCase) {
  serve({nobody, one.endpoint}, {.health_interval = 1s});
  loop.advance(3s);
  BOOST_TEST((relay->stats().upstreams.front().health != Health::healthy));
  BOOST_TEST(relay->stats().upstreams.front().checks_failed >= 2U);
  const Peer peer = dial();
  BOOST_TEST(relay->stats().retries == 0U);
  TestUpstream back(loop, 9099);
  loop.advance(10s);
  BOOST_TEST((relay->stats().upstreams.front().health == Health::healthy));
  BOOST_TEST(!back.connections.empty());
  BOOST_TEST(back.last().ended);
  BOOST_TEST(back.last().got == "");
}

BOOST_FIXTURE_TEST_CASE(a_health_check_ends_with_its_listener, RelayCase) {
  serve({one.endpoint}, {.health_interval = 1s});
  loop.advance(2s);
  const std::size_t checks = one.connections.size();
  BOOST_TEST(checks >= 2U);
  server.stop(0s);
  loop.advance(5s);
  BOOST_TEST(one.connections.size() == checks);
}

BOOST_FIXTURE_TEST_CASE(the_request_of_a_client_whose_upstream_ended_unused_goes_to_another,
                        RelayCase) {
  serve({one.endpoint, two.endpoint});
  Peer peer = dial();
  TestUpstream& first = one.connections.empty() ? two : one;
  TestUpstream& second = one.connections.empty() ? one : two;
  first.last().transport->close();
  peer.send("request");
  loop.run_ready();
  BOOST_TEST(second.connections.size() == 1U);
  BOOST_TEST(second.last().got == "request");
  second.last().send("answer");
  loop.run_ready();
  BOOST_TEST(peer.take() == "answer");
  BOOST_TEST(relay->stats().retries == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_request_that_went_out_is_never_sent_twice, RelayCase) {
  serve({one.endpoint, two.endpoint});
  Peer peer = dial();
  TestUpstream& first = one.connections.empty() ? two : one;
  TestUpstream& second = one.connections.empty() ? one : two;
  send(peer, "request");
  first.last().transport->close();
  loop.run_ready();
  BOOST_TEST(second.connections.empty());
  BOOST_TEST(peer.ended());
}

BOOST_FIXTURE_TEST_CASE(one_that_accepts_and_ends_at_once_is_out_too, RelayCase) {
  one.ends_at_once = true;
  serve({one.endpoint, two.endpoint});
  for (int i = 0; i < 6; ++i) {
    Peer peer = dial();
    send(peer, "request");
    BOOST_TEST(two.last().got == "request");
  }
  BOOST_TEST((relay->stats().upstreams.front().health == Health::ejected));
}

BOOST_FIXTURE_TEST_CASE(a_client_waits_for_an_upstream_that_starts_again, RelayCase) {
  serve({nobody});
  Peer peer = dial();
  send(peer, "request");
  loop.advance(300ms);
  BOOST_TEST(!peer.closed());
  TestUpstream back(loop, 9099);
  loop.advance(200ms);
  BOOST_TEST(back.last().got == "request");
}

BOOST_FIXTURE_TEST_CASE(attempts_end, RelayCase) {
  serve({nobody}, {.attempts = 3, .health_interval = 0s});
  const Peer peer = dial();
  loop.advance(1s);
  BOOST_TEST(peer.closed());
  BOOST_TEST(ended(CloseReason::no_upstream) == 1U);
  BOOST_TEST(relay->stats().retries == 2U);
}

BOOST_AUTO_TEST_CASE(a_client_waits_no_longer_than_the_connect_deadline) {
  ServerOptions options;
  options.deadlines.connect = 2s;
  RelayCase test({}, options);
  test.serve({nobody}, {.attempts = 1'000'000});
  const Peer peer = test.dial();
  test.loop.advance(1900ms);
  BOOST_TEST(!peer.closed());
  test.loop.advance(300ms);
  BOOST_TEST(peer.closed());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_meanwhile_frees_its_place, RelayCase) {
  serve({nobody}, {.attempts = 1000});
  Peer peer = dial();
  peer.reset();
  loop.run_ready();
  BOOST_TEST(ends() == 1U);
  BOOST_TEST(server.stats().active == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_upstream_gets_no_more_connections_than_it_may, RelayCase) {
  serve({one.endpoint}, {.max_connections = 2, .health_interval = 0s});
  Peer first = dial();
  const Peer second = dial();
  const Peer third = dial();
  BOOST_TEST(one.connections.size() == 2U);
  first.reset();
  loop.advance(3s);
  BOOST_TEST(one.connections.size() == 3U);
  BOOST_TEST(!third.closed());
}

BOOST_FIXTURE_TEST_CASE(upstreams_learn_who_the_client_is, RelayCase) {
  serve({one.endpoint}, {.proxy_header = ProxyVersion::v1});
  Peer peer = dial();
  send(peer, "request");
  const std::string& got = one.last().got;
  BOOST_TEST(got.starts_with("PROXY TCP4 127.0.0.1 127.0.0.1 4"));
  BOOST_TEST(got.ends_with("\r\nrequest"));
}

BOOST_FIXTURE_TEST_CASE(a_health_check_speaks_for_nobody, RelayCase) {
  serve({one.endpoint}, {.health_interval = 1s, .proxy_header = ProxyVersion::v1});
  loop.advance(1s);
  BOOST_TEST(one.last().got == "PROXY UNKNOWN\r\n");
}

BOOST_AUTO_TEST_CASE(upstreams_that_cannot_be_are_named) {
  const auto why = [](const std::string& endpoint) {
    return Relay::make({endpoint}).error().message;
  };
  BOOST_TEST(Relay::make({}).error().message == "a relay needs an upstream");
  BOOST_TEST(why("tcp://127.0.0.1").find("tcp://127.0.0.1") != std::string::npos);
  BOOST_TEST(why("tls://127.0.0.1:1") ==
             "cannot relay to tls://127.0.0.1:1: tls:// needs RelayOptions::tls");
  BOOST_TEST(why("unixgram:///run/a") ==
             "cannot relay to unixgram:///run/a: not a stream that can be connected to");
  BOOST_TEST(why("fd://3") == "cannot relay to fd://3: not a stream that can be connected to");
}

BOOST_AUTO_TEST_CASE(the_report_has_a_line_for_each_upstream) {
  RelayCase test;
  test.serve({test.one.endpoint});
  const Peer peer = test.dial();
  BOOST_TEST(test.relay->stats().to_string() ==
             "upstream tcp://127.0.0.1:9001: healthy, 1 active, 1 connects, 0 failures, 0 "
             "ejections, 0 failed checks\nretries: 0");
}

BOOST_AUTO_TEST_SUITE_END()
