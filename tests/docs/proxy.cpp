// The code of docs/proxy.md.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "weir/testing/memory_loop.hpp"
#include "weir/weir.hpp"

namespace {

weir::Result<std::shared_ptr<weir::Relay>> serve(weir::Server& server) {
  auto relay = weir::Relay::make({"tcp://127.0.0.1:8001", "tcp://127.0.0.1:8002"});
  if (!relay.ok()) return relay;
  const auto bound = server.listen("tcp://127.0.0.1:7000", relay.value());
  if (!bound.ok()) return bound.error();
  return relay;
}

std::string who(std::string_view line, const weir::Session& session) {
  return std::string(line) + " from " + session.peer().host();
}

weir::Result<weir::Endpoint> listen(weir::Server& server) {
  auto filter = weir::proxy_protocol({.trusted = {"127.0.0.1", "10.0.0.0/8"}});
  if (!filter.ok()) return filter.error();
  return server.listen("tcp://127.0.0.1:8001", weir::lines(), who, {},
                       {.proxy_protocol = filter.value()});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy)

BOOST_AUTO_TEST_CASE(a_relay_joins_a_client_to_an_upstream) {
  weir::testing::MemoryLoop loop;
  weir::Server upstream({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  upstream.listen("tcp://127.0.0.1:8002", weir::lines(),
                  [](std::string_view line) { return line; });
  BOOST_TEST(upstream.start().ok());
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  const auto relay = serve(server);
  BOOST_TEST(relay.ok());
  BOOST_TEST(server.start().ok());
  auto peer = loop.dial("tcp://127.0.0.1:7000");
  peer.send("hello\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "hello\n");
  BOOST_TEST(relay.value()->stats().upstreams.back().connects == 1U);
}

BOOST_AUTO_TEST_CASE(a_listener_learns_who_the_client_is) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  BOOST_TEST(listen(server).ok());
  BOOST_TEST(server.start().ok());
  auto peer = loop.dial("tcp://127.0.0.1:8001");
  peer.send("PROXY TCP4 192.0.2.7 192.0.2.1 5000 80\r\nhello\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "hello from 192.0.2.7\n");
}

BOOST_AUTO_TEST_CASE(a_relay_says_who_the_client_is) {
  weir::RelayOptions options;
  options.proxy_header = weir::ProxyVersion::v2;
  BOOST_TEST(weir::Relay::make({"tcp://127.0.0.1:8001"}, options).ok());
}

BOOST_AUTO_TEST_SUITE_END()
