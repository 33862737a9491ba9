// A loop that a handler holds: the inspector answers all the same, and the log says who holds it.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>

#include "integration/ask_until.hpp"
#include "integration/client.hpp"
#include "weir/framing/line.hpp"
#include "weir/inspector/inspector.hpp"
#include "weir/routing/routed.hpp"
#include "weir/routing/router.hpp"

namespace {

using namespace weir;
using namespace weir::integration;
using namespace std::chrono_literals;

/// Something that other threads do, awaited; not for ever.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 60s, [this] { return open_; })) throw std::runtime_error("shut");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// A log that opens a gate for each line with certain words.
struct Told {
  Gate stalled;
  Gate goes_on;
  Log log{LogLevel::info, [this](LogLevel, std::string_view line) {
            if (line.find("is stalled: route 'block' has held it for ") != line.npos) {
              stalled.open();
            }
            if (line.find("goes on: route 'block' held it for ") != line.npos) goes_on.open();
          }};
};

std::string ask(const Endpoint& inspector, const std::string& line) {
  Client client(resolve(inspector).value().front());
  client.send(line + " HTTP/1.1\r\nHost: localhost\r\nX-Weir-Inspector: 1\r\n" +
              "Connection: close\r\n\r\n");
  return client.receive_all();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inspector_stall)

BOOST_AUTO_TEST_CASE(it_answers_while_a_route_holds_the_loop_and_names_that_route) {
  Told told;
  Gate released;
  ServerOptions options;
  options.backend = "epoll";
  options.log = told.log;
  Server server(options);
  Router<> router;
  router.on("say", [](std::string_view words) { return words; });
  router.on("block", [&] {
    released.wait();
    return "over";
  });
  const auto bound = server.listen("tcp://127.0.0.1:0", lines(), routed(router, first_word()));
  BOOST_REQUIRE(bound.ok());
  Inspector inspector(server);
  const auto admin = inspector.listen("tcp://127.0.0.1:0");
  BOOST_REQUIRE(admin.ok());
  BOOST_TEST(ask(admin.value(), "GET /ready").find("starting\n") != std::string::npos);
  BOOST_REQUIRE(server.start().ok());

  Client client(resolve(bound.value()).value().front());
  client.send("say hello\n");
  BOOST_TEST(client.receive(6) == "hello\n");
  // A loop that is late for another reason is not in the first list.
  const std::string before =
      ask_until("\"stale\":false", [&] { return ask(admin.value(), "GET /connections"); });
  const std::size_t at = before.find("\"id\":\"") + 6;
  const std::string id = before.substr(at, before.find('"', at) - at);

  client.send("block\n");
  told.stalled.wait();
  const std::string during = ask(admin.value(), "GET /connections");
  BOOST_TEST(during.find("\"stalled_loops\":[1]") != std::string::npos, during);
  BOOST_TEST(during.find("\"stale\":true") != std::string::npos, during);
  BOOST_TEST(during.find(id) != std::string::npos);
  const std::string snapshot = ask(admin.value(), "GET /snapshot");
  BOOST_TEST(snapshot.find("\"in\":\"block\"") != std::string::npos);
  BOOST_TEST(snapshot.find("\"stalled\":true") != std::string::npos);
  BOOST_TEST(snapshot.find("\"route\":\"block\"") != std::string::npos);
  const std::string metrics = ask(admin.value(), "GET /metrics");
  BOOST_TEST(metrics.find("\nweir_loop_stalls_total ") != std::string::npos);
  BOOST_TEST(metrics.find("\nweir_loop_stalls_total 0\n") == std::string::npos);
  BOOST_TEST(ask(admin.value(), "POST /connections/" + id + "/close").substr(9, 3) == "202");

  released.open();
  told.goes_on.wait();
  // What was asked of it meanwhile is done now.
  BOOST_TEST(client.receive_all() == "over\n");
  server.stop(0s);
  server.wait();
}

BOOST_AUTO_TEST_CASE(servers_and_inspectors_come_and_go) {
  for (int i = 0; i < 100; ++i) {
    ServerOptions options;
    options.backend = "epoll";
    options.log = Log(LogLevel::off);
    options.threads.per_connection = i % 2 != 0;
    Server server(options);
    const auto bound =
        server.listen("tcp://127.0.0.1:0", lines(), [](std::string_view line) { return line; });
    BOOST_REQUIRE(bound.ok());
    Inspector inspector(server);
    const auto admin = inspector.listen("tcp://127.0.0.1:0");
    BOOST_REQUIRE(admin.ok());
    BOOST_REQUIRE(server.start().ok());
    Client client(resolve(bound.value()).value().front());
    client.send("a\n");
    BOOST_TEST(client.receive(2) == "a\n");
    Client asking(resolve(admin.value()).value().front());
    asking.send("GET /connections HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (i % 3 != 0) BOOST_TEST(asking.receive(12) == "HTTP/1.1 200");
    if (i % 5 == 0) server.stop(0s);
  }
}

BOOST_AUTO_TEST_SUITE_END()
