// Networks: what a person may write, and who is in them.
#include "weir/core/network.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "weir/core/endpoint.hpp"

using namespace weir;

namespace {

SocketAddress at(const std::string& endpoint) {
  return resolve(Endpoint::parse(endpoint).value()).value().front();
}

bool in(const std::string& network, const std::string& endpoint) {
  return Network::parse(network).value().contains(at(endpoint));
}

std::string why(const std::string& network) {
  const auto parsed = Network::parse(network);
  return parsed.ok() ? "" : parsed.error().message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(addresses_that_begin_alike_are_in_it) {
  BOOST_TEST(in("10.0.0.0/8", "tcp://10.255.0.1:1"));
  BOOST_TEST(!in("10.0.0.0/8", "tcp://11.0.0.1:1"));
  BOOST_TEST(in("192.168.4.0/23", "tcp://192.168.5.9:1"));
  BOOST_TEST(!in("192.168.4.0/23", "tcp://192.168.6.9:1"));
  BOOST_TEST(in("0.0.0.0/0", "tcp://1.2.3.4:1"));
  BOOST_TEST(!in("0.0.0.0/0", "tcp://[::1]:1"));
  BOOST_TEST(in("2001:db8::/33", "tcp://[2001:db8:7fff::1]:1"));
  BOOST_TEST(!in("2001:db8::/33", "tcp://[2001:db8:8000::1]:1"));
}

BOOST_AUTO_TEST_CASE(an_address_alone_is_a_network_of_one) {
  BOOST_TEST(in("127.0.0.1", "tcp://127.0.0.1:1"));
  BOOST_TEST(!in("127.0.0.1", "tcp://127.0.0.2:1"));
  BOOST_TEST(in("::1", "tcp://[::1]:1"));
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_in_ipv6_is_the_ipv4_address) {
  BOOST_TEST(in("10.0.0.0/8", "tcp://[::ffff:10.1.2.3]:1"));
  BOOST_TEST(!in("10.0.0.0/8", "tcp://[::ffff:11.1.2.3]:1"));
  BOOST_TEST(!in("10.0.0.0/8", "tcp://[::10.1.2.3]:1"));
}

BOOST_AUTO_TEST_CASE(unix_is_every_unix_socket_and_nothing_else) {
  BOOST_TEST(in("unix", "unix:///run/a.sock"));
  BOOST_TEST(in("unix", "unix://@name"));
  BOOST_TEST(!in("unix", "tcp://127.0.0.1:1"));
  BOOST_TEST(!in("0.0.0.0/0", "unix://@name"));
  BOOST_TEST(!Network::parse("0.0.0.0/0").value().contains({}));
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_named_with_the_reason) {
  BOOST_TEST(why("10.0.0.1/8") ==
             "network '10.0.0.1/8': bits behind the prefix, expected such as 10.0.0.0/8, ::1 or "
             "unix");
  for (const std::string text : {"", "10.0.0", "10.0.0.0.0", "ten", "::g", "10.0.0.0 ", "/8"}) {
    BOOST_TEST(why(text).find("no address") != std::string::npos, text);
  }
  for (const std::string text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 "}) {
    BOOST_TEST(why(text).find("no prefix from 0 to 32") != std::string::npos, text);
  }
  BOOST_TEST(why("::/129").find("no prefix from 0 to 128") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
