// Clients that misbehave, or do nothing: each costs weir-echo its own connection and a line.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"

namespace {

using namespace weir::integration;
using namespace std::string_literals;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

EACH_BACKEND(a_connection_without_a_byte_ends_after_the_idle_timeout) {
  EchoServer server({"--backend", backend, "--idle-timeout", "3s"});
  Client silent = server.connect();
  Client once = server.connect();
  BOOST_TEST(once.echo("hello") == "hello");
  BOOST_TEST(silent.receive_all() == "");
  BOOST_TEST(once.receive_all() == "");
  BOOST_TEST(server.drain() == "drained: 0 idle, 0 finished, 0 cut");
  BOOST_TEST(server.program().err() == "");
}

EACH_BACKEND(a_frame_over_the_limit_ends_its_connection_alone) {
  EchoServer server({"--backend", backend, "--framing", "length:4", "--max-frame", "1KiB"});
  Client other = server.connect();
  Client client = server.connect();
  const std::string longest = "\0\0\4\0"s + std::string(1024, 'x');
  BOOST_TEST((client.echo(longest) == longest));
  client.send("\0\0\4\1"s);
  BOOST_TEST(client.receive_all() == "");
  const std::string line = server.program().wait_for_error("frame_too_large");
  BOOST_TEST(contains(line, "frame of 1025 bytes, the limit is 1024"), line);
  BOOST_TEST((other.echo(longest) == longest));
}

BOOST_AUTO_TEST_CASE(a_line_that_does_not_end_within_the_limit_ends_its_connection) {
  EchoServer server({"--framing", "lines", "--max-frame", "1KiB"});
  Client client = server.connect();
  const std::string longest = std::string(1024, 'x') + "\n";
  BOOST_TEST(client.echo(longest) == longest);
  client.send(std::string(2000, 'x'));
  BOOST_TEST(client.receive_all() == "");
  server.program().wait_for_error("frame_too_large");
}

BOOST_AUTO_TEST_CASE(half_a_frame_at_the_end_is_named) {
  EchoServer server({"--framing", "length:4"});
  Client client = server.connect();
  client.send("\0\0\0\5ab"s);
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "");
  const std::string line = server.program().wait_for_error("truncated_frame");
  BOOST_TEST(contains(line, "the peer stopped after 6 bytes of a frame"), line);
}

BOOST_AUTO_TEST_CASE(an_http_client_on_a_length_prefixed_port_is_recognised) {
  EchoServer server({"--framing", "length:4"});
  Client client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  BOOST_TEST(client.receive_all() == "");
  const std::string line = server.program().wait_for_error("frame_too_large");
  BOOST_TEST(contains(line, "it begins \"GET / HTTP/1.1\\r\\n\"..."), line);
  BOOST_TEST(contains(line, "an HTTP request?"), line);
}

EACH_SERVER(clients_that_break_off_leave_the_others_alone) {
  EchoServer server({"--backend", backend, "--threads", threads});
  Client stays = server.connect();
  BOOST_TEST(stays.echo("before") == "before");
  for (int i = 0; i < 100; ++i) {
    Client client = server.connect();
    if (i % 3 == 0) BOOST_TEST(client.echo("x") == "x");
    if (i % 3 == 1) client.send("unread");
    client.reset();
  }
  BOOST_TEST(stays.echo("after") == "after");
  BOOST_TEST(server.connect().echo("new") == "new");
  BOOST_TEST(server.program().terminate().status == 0);
  BOOST_TEST(server.program().err() == "");
}

EACH_SERVER(a_flood_of_bad_frames_does_not_flood_the_log) {
  EchoServer server(
      {"--backend", backend, "--threads", threads, "--framing", "length:4", "--max-frame", "1KiB"});
  for (int i = 0; i < 100; ++i) {
    Client client = server.connect();
    client.send("\1\0\0\0"s);
    BOOST_TEST(client.receive_all() == "");
  }
  BOOST_TEST(server.program().terminate().status == 0);
  BOOST_TEST(count_lines(server.program().err(), "frame_too_large") >= 1U);
  BOOST_TEST(count_lines(server.program().err()) <= 5U);
}
