// weir-proxy between real programs: every byte, upstreams that come and go, ends and drains.
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "integration/deadline.hpp"
#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"
#include "integration/proxy_server.hpp"

namespace {

using namespace weir::integration;

constexpr std::size_t mib = 1024 * 1024;

std::vector<std::string> flags_of(const std::string& backend, const std::string& threads = "1") {
  return {"--backend", backend, "--threads", threads};
}

/// An address of loopback that no other process uses: while nobody listens on a port of it, none
/// gets that port for something else.
std::string own_address() {
  const auto id = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(1 + (id >> 16U) % 254) + "." + std::to_string(id >> 8U & 255U) +
         "." + std::to_string(id & 255U);
}

/// A server that can be killed and started again where it was.
class Restartable {
 public:
  Restartable() { start("tcp://" + own_address() + ":0"); }
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  /// Accepted and open.
  [[nodiscard]] std::size_t connections() { return server_->program().sockets() - 1; }
  void kill() {
    server_->program().signal(SIGKILL);
    BOOST_TEST(server_->program().wait().signal == SIGKILL);
    server_.reset();
  }
  void drain() {
    server_->drain();
    server_.reset();
  }
  void start() { start(endpoint_); }

 private:
  void start(const std::string& endpoint) {
    server_.emplace(std::vector<std::string>{"--listen", endpoint});
    endpoint_ = server_->endpoint();
  }
  std::optional<EchoServer> server_;
  std::string endpoint_;
};

void serves(const ProxyServer& proxy, int requests) {
  for (int i = 0; i < requests; ++i) {
    Client client = proxy.connect();
    BOOST_TEST(client.echo("request") == "request");
  }
}

void wait_for_connections(Restartable& one, Restartable& two, std::size_t count) {
  const Deadline deadline;
  while (one.connections() + two.connections() != count) {
    if (deadline.passed()) throw std::runtime_error("the connections are not what they should be");
  }
}

/// Clients that have an upstream, which has accepted them, and have sent nothing to it yet.
///
/// Accepted, because Linux may drop a connection whose handshake ends while its listener is being
/// closed without telling the other side. That side takes it for open until its first bytes are
/// answered by a reset, and by then they have been sent: no proxy can know.
std::vector<Client> waiting_clients(const ProxyServer& proxy, Restartable& one, Restartable& two) {
  wait_for_connections(one, two, 0);  // of those before
  std::vector<Client> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(proxy.connect());
  wait_for_connections(one, two, waiting.size());
  return waiting;
}

}  // namespace

EACH_SERVER(a_file_comes_back_to_a_client_that_reads_slowly) {
  const EchoServer echo({});
  ProxyServer proxy(echo.endpoint(), flags_of(backend, threads));
  const std::string file = random_bytes(sanitized ? mib : 8 * mib);
  Client client = proxy.connect();
  const std::string back = client.echo_slowly(file);
  BOOST_TEST((back == file));
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "");
  if (!sanitized) BOOST_TEST(proxy.program().peak_memory() < 64 * mib);
  BOOST_TEST(proxy.drain() == "drained: 0 idle, 0 finished, 0 cut");
}

EACH_SERVER(the_end_of_a_request_is_handed_on_and_the_answer_comes_back) {
  const EchoServer echo({});
  const ProxyServer proxy(echo.endpoint(), flags_of(backend, threads));
  for (int i = 0; i < 20; ++i) {
    Client client = proxy.connect();
    client.send("last words");
    client.finish_sending();
    BOOST_TEST(client.receive_all() == "last words");
  }
}

EACH_BACKEND(upstreams_are_killed_and_come_back_and_no_request_is_lost) {
  Restartable one;
  Restartable two;
  auto flags = flags_of(backend);
  flags.insert(flags.end(), {"--health-interval", "0"});
  const ProxyServer proxy(one.endpoint() + "," + two.endpoint(), flags);
  serves(proxy, 10);
  for (Restartable* each : {&one, &two, &one}) {
    std::vector<Client> waiting = waiting_clients(proxy, one, two);
    each->kill();
    for (Client& client : waiting) BOOST_TEST(client.echo("late") == "late");
    serves(proxy, 10);
    each->start();
    serves(proxy, 10);
  }
  for (Restartable* each : {&one, &two}) {
    std::vector<Client> waiting = waiting_clients(proxy, one, two);
    each->drain();
    for (Client& client : waiting) BOOST_TEST(client.echo("late") == "late");
    each->start();
    serves(proxy, 10);
  }
}

EACH_BACKEND(a_client_waits_for_the_only_upstream_to_start_again) {
  Restartable only;
  const ProxyServer proxy(only.endpoint(), flags_of(backend));
  serves(proxy, 3);
  only.kill();
  Client client = proxy.connect();
  client.send("patience");
  only.start();
  BOOST_TEST(client.receive(8) == "patience");
}

EACH_SERVER(a_drain_waits_for_who_is_talking_and_ends_who_is_not) {
  const EchoServer echo({});
  auto flags = flags_of(backend, threads);
  flags.insert(flags.end(), {"--drain", "1h", "--drain-quiet", "0"});
  ProxyServer proxy(echo.endpoint(), flags);
  Client busy = proxy.connect();
  BOOST_TEST(busy.echo("first") == "first");
  proxy.program().signal(SIGTERM);
  wait_for_listener(proxy.address(), false);
  BOOST_TEST(busy.echo("second") == "second");
  busy.finish_sending();
  BOOST_TEST(busy.receive_all() == "");
  BOOST_TEST(proxy.report() == "drained: 0 idle, 1 finished, 0 cut");
  BOOST_TEST(proxy.program().read_line().starts_with("upstream tcp://127.0.0.1:"));
  BOOST_TEST(proxy.program().read_line() == "retries: 0");
}

EACH_SERVER(a_drain_ends_a_connection_that_is_kept_open_for_nothing) {
  const EchoServer echo({});
  auto flags = flags_of(backend, threads);
  flags.insert(flags.end(), {"--drain", "1h", "--drain-quiet", "10ms"});
  ProxyServer proxy(echo.endpoint(), flags);
  Client quiet = proxy.connect();
  BOOST_TEST(quiet.echo("first") == "first");
  proxy.program().signal(SIGTERM);
  BOOST_TEST(quiet.receive_all() == "");
  quiet.finish_sending();
  BOOST_TEST(proxy.report() == "drained: 0 idle, 1 finished, 0 cut");
}

EACH_BACKEND(a_proxy_behind_a_proxy_learns_who_the_client_is) {
  const EchoServer echo({});
  for (const std::string version : {"v1", "v2"}) {
    auto flags = flags_of(backend);
    flags.insert(flags.end(), {"--accept-proxy", "127.0.0.0/8"});
    ProxyServer inner(echo.endpoint(), flags);
    flags = flags_of(backend);
    flags.insert(flags.end(), {"--send-proxy", version, "--health-interval", "10ms"});
    ProxyServer outer(inner.endpoint(), flags);
    serves(outer, 5);
    // Without a header nobody gets through, and the checks had one.
    Client liar = inner.connect();
    liar.send("GET / HTTP/1.1\r\n");
    BOOST_TEST(liar.receive_all() == "");
    const std::string line = inner.program().wait_for_error("refused");
    BOOST_TEST(line.find("no PROXY header but \"GET / HTTP/1.1\\r\\n\"") != std::string::npos);
    outer.drain();
    inner.drain();
    BOOST_TEST(count_lines(inner.program().err(), "refused") == 1U);
  }
}

EACH_BACKEND(tcp_in_front_of_a_unix_socket) {
  const std::string name = "unix://@weir-proxy-test-" + backend + std::to_string(::getpid());
  Program echo({.command = echo_command({"--listen", name})});
  BOOST_TEST(echo.read_line() == "listening on " + name);
  const ProxyServer proxy(name, flags_of(backend));
  serves(proxy, 5);
}

EACH_BACKEND(plain_in_front_of_tls_in_front_of_plain) {
  const EchoServer echo({});
  auto flags = flags_of(backend);
  flags.insert(flags.end(), {"--tls-self-signed", "--listen", "tls://127.0.0.1:0"});
  const ProxyServer inner(echo.endpoint(), flags);
  std::string endpoint = inner.endpoint();
  endpoint.replace(0, 3, "tls");
  flags = flags_of(backend);
  flags.insert(flags.end(), {"--tls-insecure"});
  const ProxyServer outer(endpoint, flags);
  serves(outer, 5);
  const std::string file = random_bytes(mib);
  Client client = outer.connect();
  const std::string back = client.echo_slowly(file);
  BOOST_TEST((back == file));
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "");
}

BOOST_AUTO_TEST_CASE(a_proxy_without_a_right_upstream_says_so) {
  Program nowhere({.command = {WEIR_PROXY_PROGRAM}});
  BOOST_TEST(nowhere.wait().status == 2);
  BOOST_TEST(nowhere.err() == "weir-proxy: --to '': expected ENDPOINT[,ENDPOINT...]\n");
  Program datagrams({.command = {WEIR_PROXY_PROGRAM, "--to", "udp://127.0.0.1:1"}});
  BOOST_TEST(datagrams.wait().status == 1);
  BOOST_TEST(datagrams.err() ==
             "weir-proxy: cannot relay to udp://127.0.0.1:1: not a stream that can be connected "
             "to\n");
}
