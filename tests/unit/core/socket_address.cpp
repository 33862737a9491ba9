// Socket addresses: as the kernel gives them, and as they are written.
#include "weir/core/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace weir;

namespace {

SocketAddress ipv4(const char* text, std::uint16_t port) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port);
  BOOST_REQUIRE(inet_pton(AF_INET, text, &raw.sin_addr) == 1);
  return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
}

SocketAddress ipv6(const char* text, std::uint16_t port) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  raw.sin6_port = htons(port);
  BOOST_REQUIRE(inet_pton(AF_INET6, text, &raw.sin6_addr) == 1);
  return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_address)

BOOST_AUTO_TEST_CASE(an_ipv4_address_keeps_host_and_port) {
  const SocketAddress address = ipv4("192.0.2.1", 7000);
  BOOST_TEST(!address.empty());
  BOOST_TEST(address.family() == AF_INET);
  BOOST_TEST(address.host() == "192.0.2.1");
  BOOST_TEST(address.port() == 7000);
  BOOST_TEST(address.size() == sizeof(sockaddr_in));
  BOOST_TEST(address.to_string() == "tcp://192.0.2.1:7000");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_is_written_in_brackets) {
  const SocketAddress address = ipv6("2001:db8::1", 65535);
  BOOST_TEST(address.family() == AF_INET6);
  BOOST_TEST(address.host() == "2001:db8::1");
  BOOST_TEST(address.port() == 65535);
  BOOST_TEST(address.size() == sizeof(sockaddr_in6));
  BOOST_TEST(address.to_string() == "tcp://[2001:db8::1]:65535");
}

BOOST_AUTO_TEST_CASE(the_longest_ipv6_address_is_written_whole) {
  BOOST_TEST(ipv6("2001:db8:1111:2222:3333:4444:5555:6666", 1).to_string() ==
             "tcp://[2001:db8:1111:2222:3333:4444:5555:6666]:1");
}

BOOST_AUTO_TEST_CASE(no_address_is_unknown) {
  const SocketAddress none;
  BOOST_TEST(none.empty());
  BOOST_TEST(none.size() == 0U);
  BOOST_TEST(none.family() == AF_UNSPEC);
  BOOST_TEST(none.port() == 0);
  BOOST_TEST(none.host() == "unknown");
  BOOST_TEST(none.to_string() == "unknown");
}

BOOST_AUTO_TEST_CASE(another_family_gives_no_address) {
  sockaddr other{};
  other.sa_family = AF_APPLETALK;
  BOOST_TEST(SocketAddress(&other, sizeof other).empty());
}

BOOST_AUTO_TEST_CASE(a_unix_address_keeps_its_path_and_kind) {
  const auto made = SocketAddress::local("/run/a.sock", SocketKind::packet);
  BOOST_REQUIRE(made.ok());
  const SocketAddress& address = made.value();
  BOOST_TEST(address.family() == AF_UNIX);
  BOOST_TEST(address.path() == "/run/a.sock");
  BOOST_TEST(address.port() == 0);
  BOOST_TEST(address.to_string() == "unixpacket:///run/a.sock");
  BOOST_TEST(address.of_kind(SocketKind::datagram).to_string() == "unixgram:///run/a.sock");
  // The system may count the zero byte behind the path, and what is behind that.
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  address.path().copy(raw.sun_path, sizeof raw.sun_path);
  BOOST_TEST((SocketAddress(reinterpret_cast<const sockaddr*>(&raw), sizeof raw,
                            SocketKind::packet) == address));
}

BOOST_AUTO_TEST_CASE(a_copy_outlives_what_it_was_made_of_and_a_moved_one_is_empty) {
  for (const std::string& path : {std::string("/a"), std::string(SocketAddress::max_path, 'x')}) {
    auto original =
        std::make_unique<SocketAddress>(SocketAddress::local(path, SocketKind::stream).take());
    SocketAddress copy = *original;
    SocketAddress assigned = ipv4("127.0.0.1", 1);
    assigned = copy;
    assigned = *&assigned;
    original.reset();
    BOOST_TEST(copy.path() == path);
    BOOST_TEST((assigned == copy));
    const SocketAddress moved = std::move(copy);
    copy = SocketAddress();
    BOOST_TEST(moved.path() == path);
    assigned = ipv4("127.0.0.1", 1);
    BOOST_TEST(assigned.port() == 1);
    BOOST_TEST(moved.path() == path);
  }
  SocketAddress from = ipv4("127.0.0.1", 1);
  const SocketAddress moved = std::move(from);
  BOOST_TEST(moved.port() == 1);
  BOOST_TEST(from.empty());  // NOLINT(bugprone-use-after-move): what the contract says
}

BOOST_AUTO_TEST_CASE(an_abstract_name_is_all_its_bytes) {
  const auto made = SocketAddress::local("@a", SocketKind::stream);
  BOOST_REQUIRE(made.ok());
  BOOST_TEST(made.value().size() == sizeof(sa_family_t) + 2);
  BOOST_TEST(made.value().data()->sa_data[0] == '\0');
  BOOST_TEST(made.value().path() == "@a");
  BOOST_TEST((made.value() != SocketAddress::local("@ab", SocketKind::stream).value()));
}

BOOST_AUTO_TEST_CASE(an_unnamed_unix_socket_is_an_address) {
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  const SocketAddress address(reinterpret_cast<const sockaddr*>(&raw), sizeof(sa_family_t));
  BOOST_TEST(!address.empty());
  BOOST_TEST(address.path().empty());
  BOOST_TEST(address.to_string() == "unix://");
}

BOOST_AUTO_TEST_CASE(a_path_of_a_stranger_does_not_write_the_log) {
  BOOST_TEST(SocketAddress::local("/a\nb", SocketKind::stream).value().to_string() ==
             "unix:///a\\nb");
}

BOOST_AUTO_TEST_CASE(a_multicast_address_is_known) {
  BOOST_TEST(ipv4("239.1.2.3", 1).is_multicast());
  BOOST_TEST(!ipv4("192.0.2.1", 1).is_multicast());
  BOOST_TEST(ipv6("ff02::1", 1).is_multicast());
  BOOST_TEST(!ipv6("fe80::1", 1).is_multicast());
}

BOOST_AUTO_TEST_CASE(a_cut_address_gives_no_address) {
  const SocketAddress whole = ipv4("192.0.2.1", 7000);
  BOOST_TEST(SocketAddress(whole.data(), sizeof(sockaddr_in) - 1).empty());
  const SocketAddress long_one = ipv6("::1", 7000);
  BOOST_TEST(SocketAddress(long_one.data(), sizeof(sockaddr_in)).empty());
}

BOOST_AUTO_TEST_CASE(room_behind_an_address_is_not_part_of_it) {
  sockaddr_storage storage{};
  auto* raw = reinterpret_cast<sockaddr_in*>(&storage);
  raw->sin_family = AF_INET;
  raw->sin_port = htons(7000);
  raw->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const SocketAddress address(reinterpret_cast<const sockaddr*>(&storage), sizeof storage);
  BOOST_TEST(address.size() == sizeof(sockaddr_in));
  BOOST_TEST((address == ipv4("127.0.0.1", 7000)));
}

BOOST_AUTO_TEST_CASE(a_port_can_be_changed_alone) {
  for (SocketAddress address : {ipv4("127.0.0.1", 0), ipv6("::1", 0)}) {
    const std::string host = address.host();
    address.set_port(258);
    BOOST_TEST(address.port() == 258);
    BOOST_TEST(address.host() == host);
  }
}

BOOST_AUTO_TEST_CASE(equal_means_the_same_host_and_port) {
  BOOST_TEST((ipv4("127.0.0.1", 1) == ipv4("127.0.0.1", 1)));
  BOOST_TEST((ipv4("127.0.0.1", 1) != ipv4("127.0.0.1", 2)));
  BOOST_TEST((ipv4("127.0.0.1", 1) != ipv4("127.0.0.2", 1)));
  BOOST_TEST((ipv4("127.0.0.1", 1) != ipv6("::1", 1)));
  BOOST_TEST((ipv4("0.0.0.0", 0) != SocketAddress()));
}

BOOST_AUTO_TEST_SUITE_END()
