// TLS and plain text on one port (TlsServerOptions::or_plain).
#include "unit/session/bench.hpp"
#include "unit/tls/pair.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

namespace {

TlsServerOptions either() {
  TlsServerOptions options = server_options();
  options.or_plain = true;
  return options;
}

/// A server's end that was told `first`.
struct PlainPair {
  explicit PlainPair(std::string_view first) {
    auto [near, far] = loop.transport_pair();
    server.begin(must(must(tls_server(either()))->wrap(std::move(far), loop, {})));
    client.begin(std::move(near));
    client.send(first);
    loop.run_ready();
  }
  testing::MemoryLoop loop;
  End client;
  End server;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(or_plain)

BOOST_AUTO_TEST_CASE(who_speaks_tls_is_answered_in_tls) {
  Pair pair(either());
  pair.client.send("hello");
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take() == "hello");
  BOOST_TEST(pair.seen_by_server().version == "TLSv1.3");
}

BOOST_AUTO_TEST_CASE(who_does_not_is_answered_in_plain_text) {
  PlainPair pair("G");
  BOOST_TEST(pair.server.ready);
  BOOST_TEST(pair.server.take() == "G");
  BOOST_TEST((pair.server.transport->security() == nullptr));
  pair.client.send("ET");
  pair.server.send("an answer");
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take() == "ET");
  BOOST_TEST(pair.client.take() == "an answer");
  pair.server.transport->shutdown_write();
  pair.client.transport->shutdown_write();
  pair.loop.run_ready();
  BOOST_TEST(pair.client.ended);
  BOOST_TEST(pair.server.ended);
}

BOOST_AUTO_TEST_CASE(without_the_option_plain_text_is_refused) {
  testing::MemoryLoop loop;
  auto [near, far] = loop.transport_pair();
  End server;
  End client;
  server.begin(must(must(tls_server(server_options()))->wrap(std::move(far), loop, {})));
  client.begin(std::move(near));
  client.send("GET / HTTP/1.1\r\n\r\n");
  loop.run_ready();
  BOOST_TEST(!server.ready);
  BOOST_TEST(server.closed);
}

BOOST_AUTO_TEST_CASE(plain_text_waits_while_reading_is_paused) {
  PlainPair pair("one");
  BOOST_TEST(pair.server.take() == "one");
  pair.server.pauses = true;
  pair.client.send("two");
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take() == "two");
  pair.client.send("three");
  pair.client.transport->shutdown_write();
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take() == "");
  pair.server.transport->resume_reading();
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take() == "three");
  pair.server.transport->resume_reading();
  pair.loop.run_ready();
  BOOST_TEST(pair.server.ended);
}

BOOST_AUTO_TEST_CASE(a_server_serves_both_on_one_port) {
  Bench bench;
  const auto served = [](std::string_view, Session& session) {
    return std::string(session.security() != nullptr ? "secret" : "plain");
  };
  BOOST_REQUIRE(
      bench.server
          .listen("tls://127.0.0.1:7001", lines(), served, {}, {.tls = must(tls_server(either()))})
          .ok());
  BOOST_REQUIRE(bench.server.start().ok());
  Peer peer = bench.loop.dial("tls://127.0.0.1:7001");
  peer.send("hello\n");
  bench.run();
  BOOST_TEST(peer.take() == "plain\n");
  Peer silent = bench.loop.dial("tls://127.0.0.1:7001");
  bench.loop.advance(std::chrono::seconds(10));
  BOOST_TEST(silent.ended());
}

BOOST_AUTO_TEST_SUITE_END()
