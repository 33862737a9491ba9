// weir-bench load as people use it: against servers that answer right, what it counts; against
// servers that do not, what it says.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/echo_server.hpp"
#include "support/sockets.hpp"
#include "support/temporary_file.hpp"
#include "weir/core/endpoint.hpp"

namespace {

using namespace weir::integration;
using namespace weir::test;
using nlohmann::json;
using namespace std::string_literals;
using Flags = std::vector<std::string>;

std::vector<std::string> bench_command(const std::string& endpoint, const Flags& flags,
                                       const std::string& warmup = "0") {
  std::vector<std::string> command{WEIR_BENCH_PROGRAM, "load",     "--to",
                                   endpoint,           "--warmup", warmup};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

/// What a load of some messages says in JSON, when all goes well.
json measure(const std::string& endpoint, Flags flags) {
  flags.emplace_back("--json");
  Program bench({.command = bench_command(endpoint, flags)});
  BOOST_REQUIRE_EQUAL(bench.wait().status, 0);
  BOOST_TEST(bench.err() == "");  // above all no progress bar: that is no terminal
  return json::parse(bench.out());
}

/// Checks `messages` messages of `size` bytes each.
void expect_messages(const json& result, unsigned messages, double size) {
  BOOST_TEST(result["messages"] == messages);
  const double bytes = result["bytes_per_second"].get<double>() * result["seconds"].get<double>();
  BOOST_TEST(std::abs(bytes - messages * size) < 0.5);
  BOOST_TEST(result["unclosed"] == 0);
  const auto& latency = result["latency_ns"];
  BOOST_TEST(latency["p50"].get<double>() > 0);
  BOOST_TEST(latency["p50"] <= latency["p99.99"]);
  BOOST_TEST(latency["p99.99"] <= latency["max"]);
  BOOST_TEST(result["latency_curve"].back() == json::array({100.0, latency["max"]}));
}

const Flags some{"--messages", "500", "--connections", "5", "--depth", "3"};

Flags with(Flags flags, const Flags& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

/// A program that has its endpoint as its first argument, not behind --listen.
class WebSocketServer {
 public:
  WebSocketServer() : program_({.command = {WEIR_WEBSOCKET_ECHO, "tcp://127.0.0.1:0", "asio"}}) {
    endpoint_ = weir::Endpoint::of(address_in(program_.read_line())).to_string();
  }
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  Program program_;
  std::string endpoint_;
};

// --- a server that the test plays itself -------------------------------------------------------

class Played {
 public:
  explicit Played(const Flags& flags, const std::string& warmup = "0")
      : listener_(open_listener()),
        bench_({.command = bench_command(endpoint(), with({"--json"}, flags), warmup)}) {}

  weir::Descriptor accept() const {
    wait_readable(listener_);
    weir::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    BOOST_REQUIRE(socket.valid());
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return socket;
  }

  /// What one send of the client brought.
  static std::string read_message(const weir::Descriptor& socket) {
    wait_readable(socket);
    std::string bytes(1 << 16, '\0');
    const auto came = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    BOOST_REQUIRE_GT(came, 0);
    bytes.resize(static_cast<std::size_t>(came));
    return bytes;
  }

  Program& bench() { return bench_; }

  /// Checks that weir-bench fails, and that one line says why.
  void expect_failure(std::string_view why) {
    BOOST_TEST(bench_.wait().status == 1);
    BOOST_TEST(bench_.out() == "");
    BOOST_TEST(count_lines(bench_.err()) == 1U);
    BOOST_TEST_CONTEXT("said: " << bench_.err()) {
      BOOST_TEST((bench_.err().find(why) != std::string::npos));
    }
  }

 private:
  static void wait_readable(const weir::Descriptor& socket) {
    pollfd watched{.fd = socket.get(), .events = POLLIN, .revents = 0};
    const auto milliseconds = std::chrono::milliseconds{patience}.count();
    if (::poll(&watched, 1, static_cast<int>(milliseconds)) != 1) in_vain("weir-bench");
  }
  std::string endpoint() const { return weir::Endpoint::of(address_of(listener_)).to_string(); }

  weir::Descriptor listener_;
  Program bench_;
};

const std::string upgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// Of the first message, which has five bytes of payload.
std::string right_answer(const std::string& protocol, const std::string& message) {
  if (protocol == "json-rpc") return "\0\0\0\x1d{\"result\":100007,\"id\":100000}"s;
  if (protocol == "resp") return "+OK\r\n";
  if (protocol == "http") return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  if (protocol != "websocket") return message;
  auto answer = message.substr(0, 2) + message.substr(6);
  answer[1] = '\x05';
  for (std::size_t i = 2; i < answer.size(); ++i) {
    answer[i] = static_cast<char>(answer[i] ^ message[2 + (i - 2) % 4]);
  }
  return answer;
}

const std::vector<std::string> protocols{"raw",  "length:4", "json-rpc",
                                         "resp", "http",     "websocket"};

/// One connection, one message at a time.
Flags alone(const std::string& protocol) {
  Flags flags{"--protocol", protocol, "--connections", "1", "--messages", "3"};
  if (protocol == "json-rpc" || protocol == "http") return flags;
  return with(flags, {"--size", "5"});
}

/// Accepts the client, answers a handshake, and reads the first message.
weir::Descriptor begin(const Played& server, const std::string& protocol, std::string& message) {
  auto client = server.accept();
  message = Played::read_message(client);
  if (protocol == "websocket") {
    BOOST_TEST(message.starts_with("GET / HTTP/1.1\r\n"));
    send_all(client, upgraded);
    message = Played::read_message(client);
  }
  return client;
}

}  // namespace

BOOST_AUTO_TEST_CASE(echoes_are_checked_and_counted) {
  EchoServer raw({});
  expect_messages(measure(raw.endpoint(), with(some, {"--size", "70000"})), 500, 70'000);
  expect_messages(measure(raw.endpoint(), with(some, {"--threads", "3"})), 500, 64);
  EchoServer framed({"--framing", "length:4"});
  expect_messages(measure(framed.endpoint(), with(some, {"--protocol", "length:4"})), 500, 64);
}

BOOST_AUTO_TEST_CASE(keys_are_set_and_read) {
  ServerProgram kv({WEIR_KV_PROGRAM, "--log-level", "off"});
  const Flags flags{"--protocol", "resp", "--keys", "20", "--reads", "3", "--size", "100"};
  expect_messages(measure(kv.endpoint(), with(some, flags)), 500, 100);
  auto client = kv.connect();
  client.send("DBSIZE\r\n");
  BOOST_TEST(client.receive(5) == ":20\r\n");
}

BOOST_AUTO_TEST_CASE(a_file_is_fetched) {
  const TemporaryFile file(std::string(3000, 'x'));
  const auto slash = file.path().rfind('/');
  ServerProgram files(
      {WEIR_FILES_PROGRAM, "--root", file.path().substr(0, slash), "--log-level", "off"});
  const Flags flags{"--protocol", "http", "--path", file.path().substr(slash)};
  expect_messages(measure(files.endpoint(), with(some, flags)), 500, 3000);
}

BOOST_AUTO_TEST_CASE(websocket_messages_of_both_kinds_come_back) {
  const WebSocketServer server;
  const Flags binary{"--protocol", "websocket", "--path", "/bytes"};
  const Flags text{"--protocol", "websocket", "--path", "/text", "--text", "--size", "70000"};
  expect_messages(measure(server.endpoint(), with(some, binary)), 500, 64);
  expect_messages(measure(server.endpoint(), with(some, text)), 500, 70'000);
  const auto churned = measure(server.endpoint(), with(some, with(binary, {"--churn", "3"})));
  expect_messages(churned, 500, 64);
  BOOST_TEST(churned["connections_ended"].get<int>() >= 500 / 3 - 5);
}

BOOST_AUTO_TEST_CASE(connections_end_after_their_messages_and_others_come) {
  EchoServer server({});
  const auto result = measure(server.endpoint(), with(some, {"--churn", "1"}));
  expect_messages(result, 500, 64);
  // All but those that the last messages were on.
  BOOST_TEST(result["connections_ended"].get<int>() >= 495);
  BOOST_TEST(result["connections_ended"].get<int>() <= 500);
  BOOST_TEST(result["connections_per_second"].get<double>() > 0);
}

BOOST_AUTO_TEST_CASE(
    a_connection_has_as_many_messages_as_churn_says_and_the_next_waits_for_its_end) {
  Played server(
      {"--connections", "1", "--depth", "2", "--size", "5", "--churn", "3", "--messages", "7"});
  for (const std::size_t messages : {3U, 3U, 1U}) {
    const auto client = server.accept();
    for (std::size_t bytes = 0; bytes < 5 * messages;) {
      const auto some_bytes = Played::read_message(client);
      BOOST_REQUIRE_LE(some_bytes.size(), 10U);  // two in flight
      bytes += some_bytes.size();
      BOOST_REQUIRE_LE(bytes, 5 * messages);
      send_all(client, some_bytes);
    }
    const auto rest = read_to_end(client);
    BOOST_TEST(rest.bytes == "");
    BOOST_TEST(!rest.reset);
  }
  BOOST_TEST(server.bench().wait().status == 0);
  BOOST_TEST(json::parse(server.bench().out())["connections_ended"] == 2);
}

BOOST_AUTO_TEST_CASE(a_rate_says_what_came_due) {
  EchoServer server({});
  const auto result =
      measure(server.endpoint(), {"--rate", "5000", "--messages", "300", "--threads", "2"});
  expect_messages(result, 300, 64);
  BOOST_TEST(result["load"]["rate_per_second"] == 5000.0);
  BOOST_TEST(result["rate"]["offered_per_second"].get<double>() > 0);
  BOOST_TEST(result["rate"]["dropped"] == 0);
}

BOOST_AUTO_TEST_CASE(idle_connections_are_there_and_silent) {
  EchoServer server({});
  const auto result = measure(server.endpoint(), with(some, {"--idle", "100"}));
  expect_messages(result, 500, 64);
  BOOST_TEST(result["idle_lost"] == 0);
  const WebSocketServer websocket;
  const Flags flags{"--protocol", "websocket", "--path", "/bytes", "--idle", "20"};
  BOOST_TEST(measure(websocket.endpoint(), with(some, flags))["idle_lost"] == 0);
}

BOOST_AUTO_TEST_CASE(idle_connections_that_the_server_closes_are_counted) {
  Played server({"--connections", "1", "--size", "5", "--idle", "2", "--messages", "2"});
  auto lost = server.accept();
  auto kept = server.accept();
  const auto client = server.accept();
  send_all(client, Played::read_message(client));
  const auto last = Played::read_message(client);
  lost = weir::Descriptor();
  send_all(client, last);
  BOOST_TEST(read_to_end(client).bytes == "");
  BOOST_TEST(!readable(kept));
  ::shutdown(client.get(), SHUT_RDWR);
  BOOST_TEST(server.bench().wait().status == 0);
  BOOST_TEST(json::parse(server.bench().out())["idle_lost"] == 1);
}

BOOST_AUTO_TEST_CASE(the_window_begins_when_each_connection_has_had_an_answer) {
  Played server({"--connections", "2", "--size", "5", "--messages", "4"}, "0.001");
  auto quick = server.accept();
  auto slow = server.accept();
  // Many more than the four, for far longer than the warm-up.
  for (int i = 0; i < 500; ++i) send_all(quick, Played::read_message(quick));
  // Now both, each until its end.
  std::vector<weir::Descriptor> open;
  open.push_back(std::move(slow));
  open.push_back(std::move(quick));
  while (!open.empty()) {
    std::vector<pollfd> watched;
    for (const auto& each : open)
      watched.push_back({.fd = each.get(), .events = POLLIN, .revents = 0});
    const auto milliseconds = std::chrono::milliseconds{patience}.count();
    BOOST_REQUIRE_GT(::poll(watched.data(), watched.size(), static_cast<int>(milliseconds)), 0);
    std::erase_if(open, [&](const weir::Descriptor& client) {
      const auto& event = *std::ranges::find(watched, client.get(), &pollfd::fd);
      if (event.revents == 0) return false;
      std::string bytes(64, '\0');
      const auto came = ::recv(client.get(), bytes.data(), bytes.size(), 0);
      if (came > 0) send_all(client, bytes.substr(0, static_cast<std::size_t>(came)));
      return came <= 0;
    });
  }
  const auto& bench = server.bench();
  BOOST_TEST(server.bench().wait().status == 0);
  // Not those of before; one may come while the window begins.
  BOOST_TEST(json::parse(bench.out())["messages"].get<int>() < 500);
}

BOOST_AUTO_TEST_CASE(a_wrong_byte_fails_the_run_in_every_protocol) {
  for (const auto& protocol : protocols) {
    BOOST_TEST_CONTEXT(protocol) {
      Played server(alone(protocol));
      std::string message;
      const auto client = begin(server, protocol, message);
      auto answer = right_answer(protocol, message);
      // In HTTP the body may be anything: a wrong digit of the status instead.
      const auto at = protocol == "http" ? 9 : protocol == "json-rpc" ? 19 : answer.size() - 3;
      answer[at] = static_cast<char>(answer[at] ^ 1);
      send_all(client, answer);
      server.expect_failure("weir-bench: connection 1: ");
      BOOST_TEST((server.bench().err().find("after 0 replies and with 1 messages in flight") !=
                  std::string::npos));
    }
  }
}

BOOST_AUTO_TEST_CASE(more_than_was_asked_for_fails_the_run_in_every_protocol) {
  for (const auto& protocol : protocols) {
    BOOST_TEST_CONTEXT(protocol) {
      Played server(alone(protocol));
      std::string message;
      const auto client = begin(server, protocol, message);
      const auto answer = right_answer(protocol, message);
      send_all(client, answer + answer);
      server.expect_failure("more than it was asked for");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_early_end_fails_the_run_in_every_protocol) {
  for (const auto& protocol : protocols) {
    BOOST_TEST_CONTEXT(protocol) {
      Played server(alone(protocol));
      {
        std::string message;
        const auto client = begin(server, protocol, message);
        send_all(client, right_answer(protocol, message).substr(0, 4));
      }
      server.expect_failure("connection 1: the server closed it, after 0 replies");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_handshake_that_fails_fails_the_run) {
  Played server(alone("websocket"));
  const auto client = server.accept();
  Played::read_message(client);
  send_all(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  server.expect_failure("the handshake was not answered with 101: HTTP/1.1 404 Not Found");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_named) {
  const auto port = reserve_port();
  const auto endpoint = weir::Endpoint::of(address_of(port)).to_string();
  for (const Flags& flags : {Flags{}, Flags{"--idle", "1"}}) {
    Program bench({.command = bench_command(endpoint, flags)});
    BOOST_TEST(bench.wait().status == 1);
    BOOST_TEST(bench.err() ==
               "weir-bench: cannot connect to " + endpoint + ": Connection refused\n");
  }
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused_before_anything_is_opened) {
  const std::vector<std::pair<Flags, std::string>> cases{
      {{"--protocol", "smtp"}, "smtp not in"},
      {{"--rate", "0"}, "--rate: 0 is not in 0.1 to "},
      {{"--rate", "nan"}, "--rate: nan is not in 0.1 to "},
      {{"--churn", "0"}, "--churn: Value 0 not in range"},
      {{"--churn", "-1"}, "--churn"},
      {{"--idle", "0"}, "--idle: Value 0 not in range"},
      {{"--idle", "1000000"}, "--idle: Value 1000000 not in range"},
      {{"--path", "/"}, "--path says nothing to --protocol raw"},
      {{"--text", "--protocol", "http"}, "--text says nothing to --protocol http"},
      {{"--keys", "5", "--protocol", "raw"}, "--keys says nothing to --protocol raw"},
      {{"--reads", "5"}, "--reads says nothing to --protocol raw"},
      {{"--size", "5", "--protocol", "http"}, "--size says nothing to --protocol http"},
      {{"--protocol", "http", "--path", "index.html"}, "'index.html' is not a path"},
      {{"--protocol", "http", "--path", "/a b"}, "'/a b' is not a path"},
      {{"--protocol", "resp", "--size", "1000000"}, "--size times --keys is more than 64 MiB"},
      {{"--depth", "65536", "--size", "65536"}, "--size times --depth is more than 64 MiB"},
  };
  for (const auto& [flags, why] : cases) {
    Program bench({.command = bench_command("tcp://127.0.0.1:1", flags)});
    BOOST_TEST(bench.wait().status == 2);
    BOOST_TEST(bench.out() == "");
    BOOST_TEST_CONTEXT("said: " << bench.err()) {
      BOOST_TEST((bench.err().find(why) != std::string::npos));
      BOOST_TEST(count_lines(bench.err()) == 1U);
    }
  }
}
