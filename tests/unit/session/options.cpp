// The defaults are the design's table: all on, all finite.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "weir/service/options.hpp"
#include "weir/session/options.hpp"

using namespace weir;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_the_design) {
  const ServerOptions server;
  BOOST_TEST(server.limits.connections == 10'000U);
  BOOST_TEST(server.limits.frame == 1024U * 1024U);
  BOOST_TEST(server.flow.high_watermark == 256U * 1024U);
  BOOST_TEST(server.flow.low_watermark == 64U * 1024U);
  BOOST_TEST(server.flow.max_queued == 8U * 1024U * 1024U);
  BOOST_TEST(server.flow.max_discarded == 1024U * 1024U);
  BOOST_TEST(!server.flow.keep_half_open);
  BOOST_TEST((server.deadlines.connect == 10s));
  BOOST_TEST((server.deadlines.handshake == 10s));
  BOOST_TEST((server.deadlines.frame == 10s));
  BOOST_TEST((server.deadlines.handler == 30s));
  BOOST_TEST((server.deadlines.write == 30s));
  BOOST_TEST((server.deadlines.idle == 300s));
  BOOST_TEST((server.deadlines.linger == 2s));
  BOOST_TEST((server.drain == 10s));
  BOOST_TEST(server.backend == "asio");
  BOOST_TEST((server.threads == Threads{1, false}));
  BOOST_TEST(server.handle_signals);
  BOOST_TEST(server.loop == nullptr);
}

BOOST_AUTO_TEST_CASE(what_a_server_and_a_connection_are_told_is_the_same) {
  const ServerOptions server;
  const ConnectionOptions connection;
  BOOST_TEST(server.limits.frame == connection.limits.frame);
  BOOST_TEST(server.flow.max_queued == connection.flow.max_queued);
  BOOST_TEST((server.deadlines.idle == connection.deadlines.idle));
}

BOOST_AUTO_TEST_SUITE_END()
