// Every byte comes back, in order, whatever waits for the sockets and however slowly the client
// reads. With WEIR_TEST_LONG=1 in the environment there are more of them.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "integration/deadline.hpp"
#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"

namespace {

using namespace weir::integration;
using namespace std::string_literals;

constexpr std::size_t mib = 1024 * 1024;

std::size_t file_size() {
  if (std::getenv("WEIR_TEST_LONG") != nullptr) return 64 * mib;
  return sanitized ? mib : 4 * mib;
}

}  // namespace

EACH_SERVER(a_file_comes_back_to_a_client_that_reads_slowly) {
  EchoServer server({"--backend", backend, "--threads", threads});
  const std::string file = random_bytes(file_size());
  Client client = server.connect();
  const std::string back = client.echo_slowly(file);
  BOOST_TEST((back == file));
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "");
  if (sanitized) {
    BOOST_TEST_MESSAGE("memory is not looked at: most of it is the sanitizer's");
  } else {
    BOOST_TEST(server.program().peak_memory() < 64 * mib);
  }
}

EACH_BACKEND(what_was_sent_before_the_end_is_answered_before_the_end) {
  EchoServer server({"--backend", backend});
  for (int i = 0; i < 100; ++i) {
    Client client = server.connect();
    client.send("last words");
    client.finish_sending();
    BOOST_TEST(client.receive_all() == "last words");
  }
}

BOOST_AUTO_TEST_CASE(each_framing_is_echoed_whatever_the_pieces) {
  struct Script {
    std::string framing;
    std::string in;
    std::string out;
  };
  const std::vector<Script> scripts{
      {"raw", "any\0thing\n"s, "any\0thing\n"s},
      {"lines", "one\r\n\ntwo three\n", "one\n\ntwo three\n"},
      {"lines:crlf", "one\r\n\ntwo three\n", "one\r\n\r\ntwo three\r\n"},
      {"fixed:3", "onetwosix", "onetwosix"},
      {"length:4", "\0\0\0\3one\0\0\0\0\0\0\0\1x"s, "\0\0\0\3one\0\0\0\0\0\0\0\1x"s},
      {"length:2:little", "\3\0one\0\0"s, "\3\0one\0\0"s},
      {"length:4:self", "\0\0\0\7one\0\0\0\4"s, "\0\0\0\7one\0\0\0\4"s},
      {"length:varint", "\3one\0\x80\1"s + std::string(128, 'x'),
       "\3one\0\x80\1"s + std::string(128, 'x')},
      {"headers", "content-length:3\r\n\r\noneContent-Length: 0\r\nX: y\r\n\r\n",
       "Content-Length: 3\r\n\r\noneContent-Length: 0\r\n\r\n"},
      {"delimiter:\\r\\n\\r\\n", "one\r\n\r\n\r\n\r\nt\r\nwo\r\n\r\n",
       "one\r\n\r\n\r\n\r\nt\r\nwo\r\n\r\n"},
  };
  for (const Script& script : scripts) {
    BOOST_TEST_CONTEXT(script.framing) {
      EchoServer server({"--framing", script.framing});
      Client at_once = server.connect();
      at_once.send(script.in);
      BOOST_TEST((at_once.receive(script.out.size()) == script.out));
      Client in_pieces = server.connect();
      for (const char byte : script.in) in_pieces.send({&byte, 1});
      in_pieces.finish_sending();
      BOOST_TEST((in_pieces.receive_all() == script.out));
      BOOST_TEST(server.program().err() == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_longest_frame_that_is_allowed_comes_back) {
  EchoServer server({"--framing", "length:4", "--max-frame", "16MiB"});
  const std::string frame = "\1\0\0\0"s + random_bytes(16 * mib);
  Client client = server.connect();
  BOOST_TEST((client.echo_slowly(frame) == frame));
}

EACH_BACKEND(many_clients_get_what_each_of_them_sent) {
  EchoServer server({"--backend", backend, "--threads", "2"});
  std::vector<Client> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(server.connect());
  for (int round = 0; round < 3; ++round) {
    const auto text = [&](std::size_t i) { return std::to_string(1'000'000 * (round + 1) + i); };
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i].send(text(i));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      BOOST_TEST(clients[i].receive(7) == text(i));
    }
  }
}
