// What of sockets for messages no scenario of the conformance suite reaches: groups, the limits of
// the system, order under batches, writability.
#include <arpa/inet.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <vector>

#include "support/message_peer.hpp"
#include "unit/io/loop_case.hpp"
#include "weir/framing/raw.hpp"
#include "weir/io/proxy_protocol.hpp"
#include "weir/service/client.hpp"
#include "weir/service/server.hpp"

namespace {

using namespace weir;
using namespace weir::test;
namespace ut = boost::unit_test;

constexpr auto echo = [](std::string_view frame) { return frame; };

ServerOptions quiet(std::string_view backend = "epoll") {
  ServerOptions options;
  options.backend = std::string(backend);
  options.log = Log(LogLevel::off);
  return options;
}

std::string queue_name(const char* what) {
  return "weir-test-" + std::string(what) + "-" + std::to_string(::getpid());
}

boost::test_tools::assertion_result queues_exist(ut::test_unit_id) {
  boost::test_tools::assertion_result answer(has_message_queues());
  answer.message() << "this system has no POSIX message queues";
  return answer;
}

/// Sends to a group by way of the loopback interface, and is answered by whoever is in it.
std::string ask_group(const Endpoint& group, std::string_view text) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const in_addr by{htonl(INADDR_LOOPBACK)};
  ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
  const SocketAddress to = resolve(group).value().front();
  BOOST_TEST_REQUIRE(::sendto(socket.get(), text.data(), text.size(), 0, to.data(),
                              static_cast<socklen_t>(to.size())) == std::ssize(text));
  wait_until("the group's answer", [&] { return readable(socket); });
  return read_available(socket);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(a_listener_on_a_group_hears_what_is_sent_to_it_once_whatever_its_loops) {
  ServerOptions options = quiet();
  options.threads.count = 2;
  Server server(options);
  ListenerOptions listening;
  listening.messages.multicast_interface = "lo";
  const auto bound = server.listen("udp://239.255.77.1:0", raw(), echo, {}, listening);
  BOOST_TEST_REQUIRE(bound.ok());
  BOOST_TEST_REQUIRE(server.start().ok());
  BOOST_TEST(ask_group(bound.value(), "hello group") == "hello group");
  BOOST_TEST(server.stats().frames_in == 1U);
}

BOOST_AUTO_TEST_CASE(two_servers_may_listen_on_one_group) {
  Server first(quiet());
  Server second(quiet());
  ListenerOptions listening;
  listening.messages.multicast_interface = "lo";
  const auto bound = first.listen("udp://239.255.77.2:0", raw(), echo, {}, listening);
  BOOST_TEST_REQUIRE(bound.ok());
  BOOST_TEST(second.listen(bound.value().to_string(), raw(), echo, {}, listening).ok());
}

BOOST_AUTO_TEST_CASE(a_group_is_not_joined_on_an_interface_that_there_is_not) {
  Server server(quiet());
  ListenerOptions listening;
  listening.messages.multicast_interface = "nothing0";
  const auto bound = server.listen("udp://239.255.77.1:0", raw(), echo, {}, listening);
  BOOST_TEST_REQUIRE(!bound.ok());
  BOOST_TEST(bound.error().message.find("no interface 'nothing0'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_stands_before_a_connection_is_refused_where_messages_stay_apart) {
  for (const char* endpoint : {"udp://127.0.0.1:0", "unixpacket://@weir-test-filter"}) {
    Server server(quiet());
    ListenerOptions listening;
    listening.proxy_protocol = proxy_protocol({.trusted = {"127.0.0.1"}}).take();
    const auto bound = server.listen(endpoint, raw(), echo, {}, listening);
    BOOST_TEST_REQUIRE(!bound.ok());
    BOOST_TEST(bound.error().message.find("needs a stream") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(bursts_of_many_peers_and_sizes_keep_each_peers_order) {
  Server server(quiet());
  const auto bound = server.listen("udp://127.0.0.1:0", raw(), echo);
  BOOST_TEST_REQUIRE(bound.ok());
  BOOST_TEST_REQUIRE(server.start().ok());
  std::vector<MessagePeer> peers;
  for (int i = 0; i < 4; ++i) peers.emplace_back(resolve(bound.value()).value().front());
  // So few that neither queue can be full.
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 12; ++i) {
      for (std::size_t each = 0; each < peers.size(); ++each) {
        peers[each].send(std::string(1U + static_cast<std::size_t>(i * i % 7) * 300U,
                                     static_cast<char>('a' + each)) +
                         std::to_string(i));
      }
    }
    for (std::size_t each = 0; each < peers.size(); ++each) {
      for (int i = 0; i < 12; ++i) {
        BOOST_TEST(
            (peers[each].receive() == std::string(1U + static_cast<std::size_t>(i * i % 7) * 300U,
                                                  static_cast<char>('a' + each)) +
                                          std::to_string(i)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_flood_of_new_addresses_costs_bounded_memory_and_the_server_goes_on) {
  ServerOptions options = quiet();
  Server server(options);
  ListenerOptions listening;
  listening.messages.peers = 8;
  const auto bound = server.listen("udp://127.0.0.1:0", raw(), echo, {}, listening);
  BOOST_TEST_REQUIRE(bound.ok());
  BOOST_TEST_REQUIRE(server.start().ok());
  const SocketAddress address = resolve(bound.value()).value().front();
  // All stay open: a port used twice would be one peer.
  std::vector<MessagePeer> peers;
  for (int i = 0; i < 200; ++i) {
    const MessagePeer& peer = peers.emplace_back(address);
    peer.send("one of many");
    BOOST_TEST(peer.receive() == "one of many");
    BOOST_TEST(server.stats().active <= 8U + 64U);
  }
  BOOST_TEST(server.stats().messages.displaced == 192U);
  wait_until("the displaced to end", [&] { return server.stats().active == 8; });
  BOOST_TEST(server.stats().closed_by(CloseReason::displaced) == 192U);
}

BOOST_AUTO_TEST_CASE(a_peer_of_udp_that_is_gone_costs_its_server_nothing) {
  Server server(quiet());
  Session kept;
  const auto bound =
      server.listen("udp://127.0.0.1:0", raw(), [&kept](std::string_view, Session& session) {
        session.verify_peer();
        kept = session;
        return "here";
      });
  BOOST_TEST_REQUIRE(bound.ok());
  BOOST_TEST_REQUIRE(server.start().ok());
  const SocketAddress address = resolve(bound.value()).value().front();
  {
    const MessagePeer peer(address);
    peer.send("a");
    BOOST_TEST(peer.receive() == "here");
  }
  for (int i = 0; i < 100; ++i) kept.send("into the void");
  const MessagePeer other(address);
  other.send("b");
  BOOST_TEST(other.receive() == "here");
}

BOOST_AUTO_TEST_CASE(a_queue_over_the_systems_limits_says_which, *ut::precondition(queues_exist)) {
  Server server(quiet());
  ListenerOptions listening;
  listening.messages.queue_messages = 100'000'000;
  const auto bound = server.listen("mq://" + queue_name("limits"), raw(), echo, {}, listening);
  BOOST_TEST_REQUIRE(!bound.ok());
  BOOST_TEST(bound.error().message.find("fs.mqueue.msg_max = ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_queue_that_was_there_is_used_and_stays, *ut::precondition(queues_exist)) {
  const std::string name = queue_name("kept");
  mq_attr attributes{};
  attributes.mq_maxmsg = 4;
  attributes.mq_msgsize = 200;
  const Descriptor mine(
      ::mq_open(("/" + name).c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
  BOOST_TEST_REQUIRE(mine.valid());
  ::mq_send(mine.get(), "early", 5, 0);
  {
    Server server(quiet());
    BOOST_TEST_REQUIRE(server.listen("mq://" + name, raw(), echo).ok());
    BOOST_TEST_REQUIRE(server.start().ok());
    const MessagePeer peer(SocketAddress::queue(name).value());
    BOOST_TEST(peer.receive() == "early");  // what lay in it is served
  }
  BOOST_TEST(::mq_unlink(("/" + name).c_str()) == 0);
  BOOST_TEST(::mq_unlink(("/" + name + ".reply").c_str()) == -1);  // that one was the server's
}

BOOST_AUTO_TEST_CASE(what_has_priority_is_received_first, *ut::precondition(queues_exist)) {
  const std::string name = queue_name("priority");
  Server server(quiet());
  std::string order;
  BOOST_TEST_REQUIRE(server
                         .listen("mq://" + name, raw(),
                                 [&order](std::string_view message) {
                                   order += message;
                                   return std::string_view(order);
                                 })
                         .ok());
  // Not started: what is sent waits in the queue.
  const auto post = [&name](const char* text, unsigned priority) {
    ClientOptions options;
    options.log = Log(LogLevel::off);
    options.messages.priority = priority;
    Client client("mq://" + name, raw(), std::move(options));
    BOOST_TEST((client.post(text) == Posted::accepted));
    client.close(std::chrono::seconds(10));
  };
  post("1", 1);
  post("9", 9);
  post("5", 5);
  BOOST_TEST_REQUIRE(server.start().ok());
  const MessagePeer peer(SocketAddress::queue(name).value());
  std::string last;
  while (last.size() < 3) last = peer.receive();
  BOOST_TEST(last == "951");
}

BOOST_AUTO_TEST_SUITE_END()

LOOP_CASE(a_watch_tells_of_room_only_while_that_is_wanted) {
  auto [near, far] = unix_pair();
  set_send_buffer(far, 4096);
  int readable = 0;
  int writable = 0;
  auto watched = loop.watch(
      far.get(), [&] { ++readable; },
      [&] {
        ++writable;
        loop.stop();
      });
  BOOST_TEST_REQUIRE(watched.ok());
  run_rounds(loop);
  BOOST_TEST(writable == 0);
  watched.value()->want(false, true);
  run_until(loop, "room", [&] { return writable > 0; });
  watched.value()->want(false, false);
  run_rounds(loop);
  const int before = writable;
  const int read_before = readable;
  send_all(near, "x");
  run_rounds(loop);
  BOOST_TEST(writable == before);
  BOOST_TEST(readable == read_before);
}
