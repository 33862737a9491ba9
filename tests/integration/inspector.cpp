// The inspector of weir-echo and weir-proxy, asked over real sockets.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "integration/ask_until.hpp"
#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"
#include "support/temporary_file.hpp"
#include "weir/core/endpoint.hpp"

namespace {

using namespace weir;
using namespace weir::integration;

/// weir-echo with an inspector.
struct Inspected : EchoServer {
  Inspected() : Inspected(std::vector<std::string>()) {}
  explicit Inspected(std::vector<std::string> flags) : EchoServer(with_admin(std::move(flags))) {
    const std::string line = program().read_line();
    const std::string words = "inspector on http://";
    BOOST_REQUIRE(line.starts_with(words));
    BOOST_REQUIRE(line.ends_with("/"));
    authority = line.substr(words.size(), line.size() - words.size() - 1);
    admin = resolve(Endpoint::parse("tcp://" + authority).value()).value().front();
  }

  static std::vector<std::string> with_admin(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--admin", "tcp://127.0.0.1:0"});
    return flags;
  }

  /// The whole answer to one request.
  [[nodiscard]] std::string ask(const std::string& line, const std::string& fields = {},
                                const std::string& body = {}) const {
    Client client(admin);
    client.send(line + " HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n" + fields +
                (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") +
                "\r\n" + body);
    return client.receive_all();
  }
  [[nodiscard]] std::string body_of(const std::string& line, const std::string& fields = {}) const {
    const std::string answer = ask(line, fields);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  /// Asks until the answer holds `words`.
  std::string ask_until(const std::string& line, const std::string& words,
                        const std::string& fields = {}) const {
    return integration::ask_until(words, [&] { return body_of(line, fields); });
  }

  std::string authority;
  SocketAddress admin;
};

/// In a list of connections: it is of now, for all loops have answered in time.
const std::string no_loop_is_late = R"("stalled_loops":[])";

std::string status_of(const std::string& answer) { return answer.substr(9, 3); }

/// What stands in quotes behind `"key":` the first time.
std::string string_at(const std::string& json, const std::string& key) {
  const std::size_t begin = json.find("\"" + key + "\":\"") + key.size() + 4;
  return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace

EACH_SERVER(connections_frames_and_metrics_are_told) {
  Inspected server({"--backend", backend, "--threads", threads, "--framing", "lines"});
  Client client = server.connect();
  BOOST_TEST(client.echo("hello\n") == "hello\n");
  BOOST_TEST(client.echo("abc\nde\n") == "abc\nde\n");

  BOOST_TEST(status_of(server.ask("GET /health")) == "200");
  BOOST_TEST(status_of(server.ask("GET /ready")) == "200");
  const std::string list = server.ask_until("GET /connections", no_loop_is_late);
  BOOST_TEST(list.starts_with(R"({"total":1,"from":0,"next":null,"stalled_loops":[],)"));
  BOOST_TEST(list.find(R"("frames":3,"queued":0)") != std::string::npos, list);
  BOOST_TEST(list.find(R"("frames":1,"in":6,"out":6)") != std::string::npos, list);
  BOOST_TEST(list.find(R"("frames":1,"in":4,"out":4)") != std::string::npos, list);
  BOOST_TEST(list.find(R"("frames":1,"in":3,"out":3)") != std::string::npos, list);

  const std::string metrics = server.body_of("GET /metrics");
  for (const std::string line :
       {"weir_connections 1", "weir_connections_accepted_total 1", "weir_bytes_in_total 13",
        "weir_bytes_out_total 13", "weir_frames_in_total 3", "weir_queued_bytes 0",
        "weir_accept_shed_total 0", "weir_connections_closed_total{reason=\"peer_ended\"} 0"}) {
    BOOST_TEST(metrics.find("\n" + line + "\n") != std::string::npos, line);
  }
  BOOST_TEST(metrics.find("backend=\"" + backend + "\"") != std::string::npos);
  const std::string route = "{route=\"" + server.endpoint() + "\"}";
  BOOST_TEST(metrics.find("weir_handler_duration_seconds_count" + route + " 3\n") !=
             std::string::npos);
  BOOST_TEST(metrics.find("weir_loop_lag_seconds{loop=\"") != std::string::npos);
  BOOST_TEST(server.body_of("GET /routes").find(R"("calls":3,"in_flight":0)") != std::string::npos);
  const std::string snapshot = server.ask_until("GET /snapshot", "\"number\":1,\"accepted\"");
  BOOST_TEST(snapshot.find("\"phase\":\"serving\"") != std::string::npos);
  server.drain();
}

EACH_SERVER(a_connection_is_closed_from_outside) {
  Inspected server({"--backend", backend, "--threads", threads});
  Client client = server.connect();
  BOOST_TEST(client.echo("x") == "x");
  const std::string id = string_at(server.ask_until("GET /connections", no_loop_is_late), "id");
  const std::string ours = "X-Weir-Inspector: 1\r\n";
  const std::string status = status_of(server.ask("POST /connections/" + id + "/close", ours));
  BOOST_TEST((status == "200" || status == "202"), status);  // done, or left to a loop that is late
  BOOST_TEST(client.receive_all() == "");
  client.reset();
  server.ask_until("GET /metrics", "weir_connections_closed_total{reason=\"closed\"} 1");
  // A loop of a connection's own may be there a moment longer, and not answer any more.
  server.ask_until("POST /connections/" + id + "/close", "no such connection", ours);
  BOOST_TEST(status_of(server.ask("POST /connections/x/close", ours)) == "404");
  server.drain();
}

EACH_SERVER(it_is_not_ready_while_it_drains) {
  Inspected server({"--backend", backend, "--threads", threads, "--framing", "lines"});
  Client client = server.connect();
  client.send("half");  // so that the drain waits for it
  server.ask_until("GET /metrics", "weir_bytes_in_total 4\n");
  server.program().signal(SIGTERM);
  server.ask_until("GET /ready", "draining");
  BOOST_TEST(status_of(server.ask("GET /ready")) == "503");
  BOOST_TEST(status_of(server.ask("GET /health")) == "200");
  client.send(" a line\n");
  BOOST_TEST(client.receive(12) == "half a line\n");
  client.finish_sending();
  server.report();
}

BOOST_AUTO_TEST_SUITE(inspector)

BOOST_AUTO_TEST_CASE(parts_of_many_connections_follow_each_other) {
  Inspected server({"--threads", "2"});
  std::vector<Client> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(server.connect());
    BOOST_TEST(clients.back().echo("x") == "x");
  }
  const std::string first = server.ask_until("GET /connections?from=0&limit=20", no_loop_is_late);
  const std::string second = server.ask_until("GET /connections?from=20&limit=20", no_loop_is_late);
  BOOST_TEST(count_lines(first) == 1U);
  const auto count = [](const std::string& text) {
    std::size_t ids = 0;
    for (std::size_t at = text.find("\"id\""); at != std::string::npos;
         at = text.find("\"id\"", at + 1)) {
      ++ids;
    }
    return ids;
  };
  BOOST_TEST(first.starts_with(R"({"total":30,"from":0,"next":20,)"));
  BOOST_TEST(count(first) == 20U);
  BOOST_TEST(second.starts_with(R"({"total":30,"from":20,"next":null,)"));
  BOOST_TEST(count(second) == 10U);
  // What is no number is none, and more than may be listed is not.
  BOOST_TEST(count(server.ask_until("GET /connections?from=x&limit=99999999999999999999",
                                    no_loop_is_late)) == 30U);
}

BOOST_AUTO_TEST_CASE(the_log_level_is_changed_by_who_may) {
  Inspected server;
  const std::string ours = "X-Weir-Inspector: 1\r\n";
  BOOST_TEST(server.body_of("GET /log-level") == "info\n");
  BOOST_TEST(status_of(server.ask("POST /log-level", "", "debug")) == "403");
  BOOST_TEST(status_of(server.ask("POST /log-level", ours + "Origin: http://evil.example\r\n",
                                  "debug")) == "403");
  BOOST_TEST(status_of(server.ask("POST /log-level", ours + "Sec-Fetch-Site: cross-site\r\n",
                                  "debug")) == "403");
  BOOST_TEST(server.body_of("GET /log-level") == "info\n");
  BOOST_TEST(status_of(server.ask("POST /log-level", ours, "loud")) == "400");
  BOOST_TEST(status_of(server.ask("POST /log-level", "Origin: http://" + server.authority + "\r\n",
                                  "debug\n")) == "200");
  BOOST_TEST(server.body_of("GET /log-level") == "debug\n");
  { Client client = server.connect(); }
  server.program().wait_for_error("ended: ");
  BOOST_TEST(status_of(server.ask("POST /log-level", ours, std::string(2000, 'x'))) == "413");
}

BOOST_AUTO_TEST_CASE(a_host_with_a_strange_name_is_refused) {
  Inspected server;
  Client client(server.admin);
  client.send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
  BOOST_TEST(status_of(client.receive_all()) == "403");
  BOOST_TEST(status_of(server.ask("GET /nothing")) == "404");
  BOOST_TEST(status_of(server.ask("DELETE /metrics", "X-Weir-Inspector: 1\r\n")) == "405");
}

BOOST_AUTO_TEST_CASE(a_balancer_without_a_name_learns_who_is_ready) {
  Inspected server;
  for (const char* head :
       {"GET /ready HTTP/1.0\r\n\r\n", "OPTIONS /ready HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"}) {
    Client client(server.admin);
    client.send(head);
    client.finish_sending();
    const bool reads = std::string_view(head).starts_with("GET");
    BOOST_TEST((status_of(client.receive_all()) == "200") == reads);
  }
}

BOOST_AUTO_TEST_CASE(with_a_token_the_page_is_open_and_figures_are_not) {
  test::TemporaryFile file("0123456789abcdef-token\n");
  Inspected server({"--admin-token-file", file.path()});
  for (const char* path : {"/metrics", "/snapshot", "/routes", "/connections", "/log-level"}) {
    const std::string answer = server.ask(std::string("GET ") + path);
    BOOST_TEST(status_of(answer) == "401", path);
    BOOST_TEST(answer.find("WWW-Authenticate: Bearer\r\n") != std::string::npos);
    const std::string wrong =
        server.ask(std::string("GET ") + path, "Authorization: Bearer 0123456789abcdef-tokem\r\n");
    BOOST_TEST(status_of(wrong) == "401", path);
  }
  BOOST_TEST(status_of(server.ask("GET /ready")) == "200");
  const std::string page = server.ask("GET /");
  BOOST_TEST(status_of(page) == "200");
  BOOST_TEST(page.find("Content-Security-Policy: default-src 'none'; script-src 'self'") !=
             std::string::npos);
  const std::string token = "Authorization: Bearer 0123456789abcdef-token\r\n";
  BOOST_TEST(status_of(server.ask("GET /metrics", token)) == "200");
  BOOST_TEST(status_of(server.ask("POST /log-level", token, "debug")) == "403");
  // Under the name that the machine has for others.
  server.authority = "build-7.example:9901";
  BOOST_TEST(status_of(server.ask("GET /")) == "200");
  BOOST_TEST(status_of(server.ask("GET /metrics")) == "401");
  BOOST_TEST(status_of(server.ask("GET /metrics", token)) == "200");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_its_users_alone) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("weir-inspector-" + std::to_string(getpid())))
          .string();
  EchoServer server({"--admin", "unix://" + path});
  BOOST_TEST(server.program().read_line() == "inspector on unix://" + path);
  struct stat file {};
  BOOST_REQUIRE(stat(path.c_str(), &file) == 0);
  BOOST_TEST((file.st_mode & 0777U) == 0600U);
  Client client(SocketAddress::local(path, SocketKind::stream).value());
  client.send("GET /health HTTP/1.1\r\nHost: whatever\r\nConnection: close\r\n\r\n");
  BOOST_TEST(status_of(client.receive_all()) == "200");
  server.drain();
  BOOST_TEST(stat(path.c_str(), &file) != 0);
}

BOOST_AUTO_TEST_CASE(wrong_flags_are_told) {
  test::TemporaryFile brief("short\n");
  test::TemporaryFile odd("0123456789abcdef \"\n");
  const std::vector<std::vector<std::string>> all{
      {"--admin", "tcp://0.0.0.0:0"},
      {"--admin", "tcp://[::]:0"},
      {"--admin", "udp://127.0.0.1:0"},
      {"--admin", "9901"},
      {"--admin-token-file", brief.path()},
      {"--admin", "tcp://127.0.0.1:0", "--admin-token-file", brief.path()},
      {"--admin", "tcp://127.0.0.1:0", "--admin-token-file", odd.path()},
      {"--admin", "tcp://127.0.0.1:0", "--admin-token-file", brief.path() + ".nothing"}};
  for (std::vector<std::string> flags : all) {
    flags.insert(flags.end(), {"--listen", "tcp://127.0.0.1:0"});
    Program program({.command = echo_command(flags)});
    BOOST_TEST(program.wait().status == 2);
    BOOST_TEST(count_lines(program.err()) == 1U, program.err());
    BOOST_TEST(program.err().find("--admin") != std::string::npos, program.err());
    BOOST_TEST(program.out() == "");
  }
  Program help({.command = echo_command({"--help"})});
  BOOST_TEST(help.wait().status == 0);
  BOOST_TEST(help.out().find("--admin ENDPOINT") != std::string::npos);
  BOOST_TEST(help.out().find("--admin-token-file FILE") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_taken_ends_it_with_1) {
  Inspected server;
  Program other({.command = echo_command(
                     {"--listen", "tcp://127.0.0.1:0", "--admin", "tcp://" + server.authority})});
  BOOST_TEST(other.wait().status == 1);
  BOOST_TEST(other.err().find("cannot listen on tcp://" + server.authority) != std::string::npos);
  BOOST_TEST(other.out() == "");
}

BOOST_AUTO_TEST_CASE(a_relay_shows_its_pairs_and_its_upstreams) {
  EchoServer upstream({});
  ServerProgram proxy(
      {WEIR_PROXY_PROGRAM, "--to", upstream.endpoint(), "--admin", "tcp://127.0.0.1:0"});
  const std::string line = proxy.program().read_line();
  BOOST_REQUIRE(line.starts_with("inspector on http://"));
  const std::string authority = line.substr(20, line.size() - 21);
  const auto ask = [&](const std::string& path) {
    Client client(resolve(Endpoint::parse("tcp://" + authority).value()).value().front());
    client.send("GET " + path + " HTTP/1.1\r\nHost: " + authority +
                "\r\nConnection: close\r\n\r\n");
    return client.receive_all();
  };
  Client client = proxy.connect();
  BOOST_TEST(client.echo("hello") == "hello");
  const std::string list = ask_until(no_loop_is_late, [&] { return ask("/connections"); });
  BOOST_TEST(list.find("\"upstream\":\"" + upstream.endpoint() + "\"") != std::string::npos, list);
  BOOST_TEST(list.find("\"bytes_in\":5,\"bytes_out\":5") != std::string::npos, list);
  const std::string metrics = ask("/metrics");
  BOOST_TEST(metrics.find("weir_upstream_connections{upstream=\"" + upstream.endpoint() +
                          "\"} 1\n") != std::string::npos);
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "");
  proxy.drain();
}

BOOST_AUTO_TEST_SUITE_END()
