// The bytes of a relay: both ways, however they are cut, with pressure, and never twice.
#include "weir/service/relay.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/service/relay_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string text(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(relay)

BOOST_FIXTURE_TEST_CASE(bytes_go_both_ways, RelayCase) {
  serve({one.endpoint});
  Peer peer = dial();
  send(peer, "to");
  BOOST_TEST(one.last().got == "to");
  one.last().send("fro");
  loop.run_ready();
  BOOST_TEST(peer.take() == "fro");
  BOOST_TEST(server.stats().bytes_in == 2U);
  BOOST_TEST(server.stats().bytes_out == 3U);
}

BOOST_FIXTURE_TEST_CASE(an_upstream_may_speak_first, RelayCase) {
  serve({one.endpoint});
  Peer peer = dial();
  one.last().send("220 hello\r\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "220 hello\r\n");
}

BOOST_AUTO_TEST_CASE(every_byte_arrives_in_order_whatever_the_pieces) {
  const std::string sent = text(5000);
  for (const std::size_t read : {1U, 7U, 1000U, 65536U}) {
    for (const std::size_t write : {1U, 3U, 999U, 65536U}) {
      RelayCase test({.max_read = read, .max_write = write});
      TestUpstream echo(test.loop, 9003, true);
      test.serve({echo.endpoint});
      Peer peer = test.dial();
      std::string back;
      for (std::size_t i = 0; i < sent.size(); i += 617) {
        test.send(peer, sent.substr(i, 617));
        back += peer.take();
      }
      peer.end();
      test.loop.run_ready();
      back += peer.take();
      BOOST_TEST((back == sent));
      BOOST_TEST(peer.ended());
      BOOST_TEST(test.ended(CloseReason::peer_ended) == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_holds_its_watermark_at_most) {
  constexpr std::size_t in_a_kernel = 10'000;
  ServerOptions options;
  options.flow = {.high_watermark = 100'000, .low_watermark = 20'000};
  RelayCase test({.capacity = in_a_kernel}, options);
  test.serve({test.one.endpoint});
  Peer peer = test.dial();
  UpstreamConnection& upstream = test.one.last();
  upstream.transport->pause_reading();
  // Both sides send without reading.
  peer.send(text(1'000'000));
  upstream.send(text(1'000'000));
  test.loop.run_ready();
  // What the relay took off one side and has not given to the other, in its own memory.
  const ServerStats stats = test.server.stats();
  BOOST_TEST(stats.bytes_in >= 36'000U);
  BOOST_TEST(stats.bytes_in <= 100'000U + in_a_kernel);
  BOOST_TEST(stats.bytes_out <= 100'000U + in_a_kernel);
  BOOST_TEST(stats.pauses == 2U);
  // And all of it arrives when they read.
  upstream.transport->resume_reading();
  std::string back;
  for (int i = 0; i < 1000; ++i) {
    back += peer.take();
    test.loop.run_ready();
  }
  BOOST_TEST((back == text(1'000'000)));
  BOOST_TEST((upstream.got == text(1'000'000)));
}

BOOST_FIXTURE_TEST_CASE(one_direction_that_stands_still_does_not_stop_the_other, RelayCase) {
  serve({one.endpoint});
  Peer peer = dial();
  UpstreamConnection& upstream = one.last();
  upstream.transport->pause_reading();
  send(peer, text(1'000'000));
  for (int i = 0; i < 10; ++i) {
    upstream.send("tick");
    loop.run_ready();
    BOOST_TEST(peer.take() == "tick");
  }
}

BOOST_AUTO_TEST_CASE(a_side_that_takes_nothing_is_cut_at_the_write_deadline) {
  RelayCase test({.capacity = 1000});
  test.serve({test.one.endpoint}, {.health_interval = 0s});
  Peer peer = test.dial();
  test.one.last().send(text(5000));
  test.loop.advance(29s);
  BOOST_TEST(peer.take(500).size() == 500U);
  test.loop.advance(29s);
  BOOST_TEST(test.ends() == 0U);
  test.loop.advance(2s);
  BOOST_TEST(test.ended(CloseReason::write_timeout) == 1U);
  BOOST_TEST(test.one.last().ended);
  BOOST_TEST(peer.closed());
}

BOOST_FIXTURE_TEST_CASE(a_pair_without_a_byte_either_way_is_idle, RelayCase) {
  serve({one.endpoint}, {.health_interval = 0s});
  Peer peer = dial();
  loop.advance(299s);
  one.last().send("x");
  loop.advance(299s);
  send(peer, "x");
  loop.advance(299s);
  BOOST_TEST(ends() == 0U);
  loop.advance(2s);
  BOOST_TEST(ended(CloseReason::idle_timeout) == 1U);
  BOOST_TEST(peer.closed());
  BOOST_TEST(one.last().ended);
}

BOOST_AUTO_TEST_CASE(the_limit_of_connections_holds) {
  ServerOptions options;
  options.limits.connections = 2;
  RelayCase test({}, options);
  test.serve({test.one.endpoint});
  const Peer first = test.dial();
  const Peer second = test.dial();
  const Peer third = test.dial();
  BOOST_TEST(third.closed());
  BOOST_TEST(test.server.stats().refused_limit == 1U);
  BOOST_TEST(test.one.connections.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
