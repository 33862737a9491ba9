// The endpoints that a person may write, every way to write one wrong, and their addresses.
#include "weir/core/endpoint.hpp"

#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "core/text.hpp"

using namespace weir;
using namespace std::string_literals;

namespace {

void expect_parsed(std::string_view text, std::string_view host, std::uint16_t port) {
  const Result<Endpoint> endpoint = Endpoint::parse(text);
  BOOST_REQUIRE_MESSAGE(endpoint.ok(), text << " was refused");
  BOOST_TEST(endpoint.value().scheme == "tcp");
  BOOST_TEST(endpoint.value().host == host);
  BOOST_TEST(endpoint.value().port == port);
}

void expect_wrong(std::string_view text, std::string_view reason,
                  std::string_view right = "tcp://HOST:PORT, such as tcp://127.0.0.1:7000") {
  const Result<Endpoint> endpoint = Endpoint::parse(text);
  BOOST_TEST(!endpoint.ok(), text << " was taken");
  if (endpoint.ok()) return;
  std::string expected = "endpoint '";
  expected.append(text::printable(text, 200)).append("': ").append(reason);
  expected.append("; expected ").append(right);
  BOOST_TEST(endpoint.error().message == expected);
}

void expect_path(std::string_view text, std::string_view scheme, std::string_view path,
                 SocketKind kind) {
  const Result<Endpoint> endpoint = Endpoint::parse(text);
  BOOST_REQUIRE_MESSAGE(endpoint.ok(), text << " was refused");
  BOOST_TEST(endpoint.value().scheme == scheme);
  BOOST_TEST(endpoint.value().host.empty());
  BOOST_TEST(endpoint.value().path == path);
  BOOST_TEST(endpoint.value().to_string() == text);
  const auto addresses = resolve(endpoint.value());
  BOOST_REQUIRE(addresses.ok());
  BOOST_REQUIRE(addresses.value().size() == 1U);
  BOOST_TEST((addresses.value().front().kind() == kind));
  BOOST_TEST((Endpoint::of(addresses.value().front()) == endpoint.value()));
  BOOST_TEST(!needs_resolver(endpoint.value()));
}

constexpr std::string_view any_right =
    "tcp://HOST:PORT, such as tcp://127.0.0.1:7000, or tls:// udp:// unix:// unixpacket:// "
    "unixgram:// mq:// fd://";
constexpr std::string_view unix_right =
    "unix:///PATH or unix://@NAME, such as unix:///run/app.sock";

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE(an_error_is_one_line_whatever_was_typed) {
  const Result<Endpoint> endpoint = Endpoint::parse("tcp://a\r\n\x1b[2Jb:1");
  BOOST_REQUIRE(!endpoint.ok());
  BOOST_TEST(endpoint.error().message.starts_with("endpoint 'tcp://a\\r\\n\\x1b[2Jb:1': "));
}

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_an_address) {
  expect_parsed("tcp://127.0.0.1:7000", "127.0.0.1", 7000);
  expect_parsed("tcp://0.0.0.0:1", "0.0.0.0", 1);
  expect_parsed("tcp://localhost:80", "localhost", 80);
  expect_parsed("tcp://a-b.example:65535", "a-b.example", 65535);
  expect_parsed("tcp://[::1]:7000", "::1", 7000);
  expect_parsed("tcp://[2001:db8::7]:443", "2001:db8::7", 443);
}

BOOST_AUTO_TEST_CASE(port_0_asks_for_a_free_one) { expect_parsed("tcp://[::]:0", "::", 0); }

BOOST_AUTO_TEST_CASE(an_endpoint_is_written_as_it_is_read) {
  for (const char* text : {"tcp://127.0.0.1:7000", "tcp://[::1]:7000", "tcp://example:0"}) {
    BOOST_TEST(Endpoint::parse(text).value().to_string() == text);
  }
}

BOOST_AUTO_TEST_CASE(equal_means_the_same_scheme_host_and_port) {
  const auto parsed = [](const char* text) { return Endpoint::parse(text).value(); };
  BOOST_TEST((parsed("tcp://a:1") == parsed("tcp://a:1")));
  BOOST_TEST((parsed("tcp://a:1") != parsed("tcp://a:2")));
  BOOST_TEST((parsed("tcp://a:1") != parsed("tcp://b:1")));
}

BOOST_AUTO_TEST_CASE(a_missing_or_unknown_scheme_is_named) {
  expect_wrong("", "no scheme", any_right);
  expect_wrong("127.0.0.1:7000", "no scheme", any_right);
  expect_wrong("tcp:127.0.0.1:7000", "no scheme", any_right);
  expect_wrong("tcp:/127.0.0.1:7000", "no scheme", any_right);
  expect_wrong("://127.0.0.1:7000", "unknown scheme ''", any_right);
  expect_wrong("TCP://127.0.0.1:7000", "unknown scheme 'TCP'", any_right);
  expect_wrong(" tcp://127.0.0.1:7000", "unknown scheme ' tcp'", any_right);
  expect_wrong("http://127.0.0.1:7000", "unknown scheme 'http'", any_right);
}

BOOST_AUTO_TEST_CASE(a_kind_of_socket_is_a_scheme) {
  expect_path("unix:///run/a b.sock", "unix", "/run/a b.sock", SocketKind::stream);
  expect_path("unix://@app", "unix", "@app", SocketKind::stream);
  expect_path("unixpacket:///run/a", "unixpacket", "/run/a", SocketKind::packet);
  expect_path("unixgram://@log", "unixgram", "@log", SocketKind::datagram);
  expect_path("mq://jobs", "mq", "jobs", SocketKind::queue);
  expect_path("fd://3", "fd", "3", SocketKind::stream);
  for (const char* text : {"udp://127.0.0.1:53", "udp://[ff02::1]:53"}) {
    const auto addresses = resolve(Endpoint::parse(text).value());
    BOOST_REQUIRE(addresses.ok());
    BOOST_TEST((addresses.value().front().kind() == SocketKind::datagram));
    BOOST_TEST(addresses.value().front().to_string() == text);
  }
  BOOST_TEST(Endpoint::parse("tls://localhost:443").value().is_tls());
}

BOOST_AUTO_TEST_CASE(a_path_is_absolute_or_abstract_and_fits) {
  expect_wrong("unix://", "the path is missing", unix_right);
  expect_wrong("unix://@", "the name is missing", unix_right);
  expect_wrong("unix://run/a.sock", "a path begins with '/', a name with '@'", unix_right);
  expect_wrong("unix:///a\0b"s, "a path has no zero byte", unix_right);
  const std::string fits = "unix:///" + std::string(106, 'x');
  BOOST_TEST(Endpoint::parse(fits).ok());
  BOOST_TEST(Endpoint::parse("unix://@" + std::string(107, 'x')).ok());
  expect_wrong(fits + "x", "a path of 108 bytes, a socket takes at most 107", unix_right);
}

BOOST_AUTO_TEST_CASE(a_queue_has_a_name_and_a_descriptor_a_number) {
  constexpr std::string_view right = "mq://NAME, such as mq://jobs";
  expect_wrong("mq://", "the queue has no name", right);
  expect_wrong("mq:///jobs", "the name of a queue has no '/' and no zero byte", right);
  for (const char* number : {"", "x", "-1", "3x", "2147483648"}) {
    expect_wrong("fd://"s + number, "this is not the number of a descriptor",
                 "fd://NUMBER, such as fd://3");
  }
}

BOOST_AUTO_TEST_CASE(what_has_no_port_says_how_it_is_written) {
  expect_wrong("udp://127.0.0.1", "the port is missing",
               "udp://HOST:PORT, such as udp://127.0.0.1:7000");
}

BOOST_AUTO_TEST_CASE(a_missing_port_is_named) {
  expect_wrong("tcp://", "the port is missing");
  expect_wrong("tcp://127.0.0.1", "the port is missing");
  expect_wrong("tcp://127.0.0.1:", "the port is missing");
  expect_wrong("tcp://[::1]", "the port is missing");
  expect_wrong("tcp://[::1]:", "the port is missing");
  expect_wrong("tcp://[::1]7000", "the port is missing");
}

BOOST_AUTO_TEST_CASE(a_port_is_a_number_from_0_to_65535) {
  for (const char* port : {"65536", "99999999999999999999", "-1", "+1", " 1", "1 ", "http", "0x50",
                           "80/", "80a", "8.0"}) {
    expect_wrong("tcp://127.0.0.1:"s + port, "the port is not a number from 0 to 65535");
  }
}

BOOST_AUTO_TEST_CASE(a_missing_host_is_named) {
  expect_wrong("tcp://:7000", "the host is missing");
}

BOOST_AUTO_TEST_CASE(brackets_are_for_ipv6_and_ipv6_for_brackets) {
  expect_wrong("tcp://::1:7000", "an IPv6 address stands in brackets, as in tcp://[::1]:7000");
  expect_wrong("tcp://a:1:2", "an IPv6 address stands in brackets, as in tcp://[::1]:7000");
  expect_wrong("tcp://[::1:7000", "'[' without ']'");
  expect_wrong("tcp://[127.0.0.1]:7000", "brackets are for IPv6 addresses");
  expect_wrong("tcp://[]:7000", "brackets are for IPv6 addresses");
}

BOOST_AUTO_TEST_CASE(a_character_that_no_host_has_is_refused) {
  const char* reason = "the host has a character that no host has";
  for (const char* host :
       {"a b", "a\tb", "a/b", "user@a", "a?b", "a#b", "a%b", "a\"b", "a'b", "a\\b", "a\r\nb"}) {
    expect_wrong("tcp://"s + host + ":7000", reason);
  }
  expect_wrong("tcp://a\0b:7000"s, reason);
  expect_wrong("tcp://[::1%eth0]:7000", reason);
}

BOOST_AUTO_TEST_CASE(a_very_long_mistake_is_not_repeated_whole) {
  const Result<Endpoint> endpoint = Endpoint::parse(std::string(100'000, 'x'));
  BOOST_TEST(endpoint.error().message.size() < 400U);
}

BOOST_AUTO_TEST_CASE(a_numeric_host_is_its_own_address) {
  for (const char* text : {"tcp://127.0.0.1:7000", "tcp://[2001:db8::7]:443"}) {
    const auto addresses = resolve(Endpoint::parse(text).value());
    BOOST_REQUIRE(addresses.ok());
    BOOST_REQUIRE(addresses.value().size() == 1U);
    BOOST_TEST(addresses.value().front().to_string() == text);
    BOOST_TEST(Endpoint::of(addresses.value().front()).to_string() == text);
  }
}

BOOST_AUTO_TEST_CASE(a_name_gives_ipv4_before_ipv6_and_none_twice) {
  const auto addresses = resolve(Endpoint::parse("tcp://localhost:7000").value());
  BOOST_REQUIRE(addresses.ok());
  bool ipv6 = false;
  for (std::size_t i = 0; i < addresses.value().size(); ++i) {
    const SocketAddress& address = addresses.value()[i];
    ipv6 = ipv6 || address.family() == AF_INET6;
    BOOST_TEST((address.family() == AF_INET6) == ipv6);
    BOOST_TEST(address.port() == 7000);
    for (std::size_t other = 0; other < i; ++other) {
      BOOST_TEST((addresses.value()[other] != address));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_host_that_cannot_be_is_an_error_that_names_it) {
  const auto addresses = resolve(Endpoint{"tcp", "[::1]", 7000, {}});
  BOOST_REQUIRE(!addresses.ok());
  BOOST_TEST(addresses.error().message.starts_with("cannot resolve '[::1]': "));
}

BOOST_AUTO_TEST_SUITE_END()
