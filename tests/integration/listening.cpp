// Where weir-echo listens, what it says when it does, and what when it cannot.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <stdexcept>
#include <string>

#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"

namespace {

using namespace weir::integration;
namespace ut = boost::unit_test;

/// A TCP socket bound to a free port of `address`; invalid where there is no such address.
weir::Descriptor bind_free_port(const sockaddr* address, socklen_t size) {
  weir::Descriptor socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), address, size) != 0) return {};
  return socket;
}

boost::test_tools::assertion_result has_ipv6(ut::test_unit_id) {
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  boost::test_tools::assertion_result answer(
      bind_free_port(reinterpret_cast<sockaddr*>(&loopback), sizeof loopback).valid());
  answer.message() << "there is no IPv6 on this machine";
  return answer;
}

/// A port of 127.0.0.1 that nobody else gets while it lives, but a server that asks for it.
class KeptPort {
 public:
  KeptPort() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* pointer = reinterpret_cast<sockaddr*>(&address);
    socket_ = bind_free_port(pointer, sizeof address);
    socklen_t size = sizeof address;
    if (!socket_.valid() || ::getsockname(socket_.get(), pointer, &size) != 0) {
      throw std::runtime_error("no free port");
    }
    address_ = weir::SocketAddress(pointer, size);
  }
  [[nodiscard]] const weir::SocketAddress& address() const { return address_; }

 private:
  weir::Descriptor socket_;
  weir::SocketAddress address_;
};

void check_cannot_listen(std::vector<std::string> flags, const std::string& endpoint,
                         const std::string& reason) {
  flags.insert(flags.end(), {"--listen", endpoint});
  Program program({.command = echo_command(std::move(flags))});
  BOOST_TEST(program.wait().status == 1);
  BOOST_TEST(program.err() == "weir-echo: cannot listen on " + endpoint + ": " + reason + "\n");
  BOOST_TEST(program.out() == "");
}

}  // namespace

EACH_SERVER(the_ready_line_names_the_port_that_the_system_chose) {
  EchoServer server({"--backend", backend, "--threads", threads});
  BOOST_TEST(server.address().port() != 0);
  BOOST_TEST(server.program().out() == "listening on " + server.address().to_string() + "\n");
  BOOST_TEST(server.connect().echo("first words") == "first words");
}

BOOST_AUTO_TEST_CASE(a_port_that_is_asked_for_is_the_one) {
  const KeptPort port;
  EchoServer server({"--listen", port.address().to_string()});
  BOOST_TEST((server.address() == port.address()));
  BOOST_TEST(server.connect().echo("here") == "here");
}

BOOST_AUTO_TEST_CASE(each_of_several_listeners_has_its_ready_line_in_the_order_of_the_flags) {
  const KeptPort second;
  EchoServer server({"--listen", "tcp://127.0.0.1:0", "--listen", second.address().to_string()});
  BOOST_TEST(server.program().read_line() == "listening on " + second.address().to_string());
  BOOST_TEST(server.connect().echo("one") == "one");
  BOOST_TEST(Client(second.address()).echo("two") == "two");
}

BOOST_AUTO_TEST_CASE(an_ipv6_endpoint_is_served, *ut::precondition(has_ipv6)) {
  EchoServer server({"--listen", "tcp://[::1]:0"});
  BOOST_TEST(server.program().out().starts_with("listening on tcp://[::1]:"));
  BOOST_TEST(server.connect().echo("six") == "six");
}

BOOST_AUTO_TEST_CASE(ipv4_and_ipv6_share_a_port, *ut::precondition(has_ipv6)) {
  const KeptPort port;
  const std::string number = std::to_string(port.address().port());
  EchoServer server({"--listen", "tcp://[::]:" + number});
  EchoServer other({"--listen", "tcp://0.0.0.0:" + number});
  BOOST_TEST(other.program().out() == "listening on tcp://0.0.0.0:" + number + "\n");
}

BOOST_AUTO_TEST_CASE(a_name_is_resolved) {
  EchoServer server({"--listen", "tcp://localhost:0"});
  BOOST_TEST(server.connect().echo("by name") == "by name");
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_one_line_and_exit_status_1) {
  // With several threads the listeners share the port among themselves, but not with a stranger.
  for (const std::string first : {"1", "2"}) {
    EchoServer server({"--threads", first});
    for (const std::string second : {"1", "2", "per-connection"}) {
      check_cannot_listen({"--threads", second}, server.address().to_string(),
                          "Address already in use");
    }
    BOOST_TEST(server.connect().echo("still here") == "still here");
  }
}

BOOST_AUTO_TEST_CASE(the_same_endpoint_twice_is_a_port_in_use) {
  const KeptPort port;
  for (const std::string threads : {"1", "2"}) {
    check_cannot_listen({"--threads", threads, "--listen", port.address().to_string()},
                        port.address().to_string(), "Address already in use");
  }
}

BOOST_AUTO_TEST_CASE(an_address_of_somebody_else_is_refused) {
  check_cannot_listen({}, "tcp://192.0.2.1:7000", "Cannot assign requested address");
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_refused) {
  const std::string endpoint = "tcp://nobody.invalid:7000";
  Program program({.command = echo_command({"--listen", endpoint})});
  BOOST_TEST(program.wait().status == 1);
  // The reason is the resolver's.
  const std::string beginning =
      "weir-echo: cannot listen on " + endpoint + ": cannot resolve 'nobody.invalid': ";
  BOOST_TEST(program.err().substr(0, beginning.size()) == beginning);
  BOOST_TEST(count_lines(program.err()) == 1U);
  BOOST_TEST(program.out() == "");
}

BOOST_AUTO_TEST_CASE(a_log_level_of_off_does_not_hide_why_it_cannot_listen) {
  EchoServer server({});
  check_cannot_listen({"--log-level", "off"}, server.address().to_string(),
                      "Address already in use");
}

BOOST_AUTO_TEST_CASE(standard_descriptors_that_were_closed_reach_no_client) {
  const KeptPort port;
  for (const std::vector<int>& closed : {std::vector<int>{1}, {0, 1, 2}}) {
    Program program(
        {.command = echo_command({"--listen", port.address().to_string(), "--framing", "length:4"}),
         .closed = closed});
    wait_for_listener(port.address(), true);
    for (const int descriptor : closed) {
      BOOST_TEST(program.descriptor_target(descriptor) == "/dev/null");
    }
    // The ready line, the log and the report go nowhere, and the client gets its own bytes alone.
    Client web(port.address());
    web.send("GET / HTTP/1.1\r\n\r\n");
    BOOST_TEST(web.receive_all() == "");
    Client client(port.address());
    BOOST_TEST(client.echo(std::string("\0\0\0\2hi", 6)) == std::string("\0\0\0\2hi", 6));
    program.signal(SIGTERM);
    BOOST_TEST(client.receive_all() == "");
    BOOST_TEST(program.wait().status == 0);
  }
}

BOOST_AUTO_TEST_CASE(that_nobody_reads_what_it_says_does_not_end_a_server) {
  EchoServer server({"--framing", "length:4"});
  server.program().stop_reading();
  Client web = server.connect();
  web.send("GET / HTTP/1.1\r\n\r\n");  // a line in the log
  BOOST_TEST(web.receive_all() == "");
  BOOST_TEST(server.connect().echo(std::string("\0\0\0\2hi", 6)) == std::string("\0\0\0\2hi", 6));
  BOOST_TEST(server.program().terminate().status == 0);
}
