// A client over real sockets, on each backend: from a program without a loop.
#include <sys/socket.h>

#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <cerrno>
#include <thread>

#include "support/sockets.hpp"
#include "unit/service/client_case.hpp"
#include "weir/io/backend.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

const std::vector<std::string> backend_names = [] {
  std::vector<std::string> names;
  for (const std::string_view name : backends()) names.emplace_back(name);
  return names;
}();

/// An echo server on threads of its own.
struct Echo {
  explicit Echo(const std::string& backend = "epoll") {
    ServerOptions options;
    options.backend = backend;
    options.log = Log(LogLevel::off);
    server = std::make_unique<Server>(std::move(options));
    const auto listening =
        server->listen("tcp://127.0.0.1:0", lines(), [](std::string_view line) { return line; });
    BOOST_REQUIRE(listening.ok());
    endpoint = listening.value();
    BOOST_REQUIRE(server->start().ok());
  }
  [[nodiscard]] std::string address() const { return endpoint.to_string(); }

  std::unique_ptr<Server> server;
  Endpoint endpoint;
};

ClientOptions quiet(const std::string& backend = "asio") {
  ClientOptions options;
  options.backend = backend;
  options.log = Log(LogLevel::off);
  options.backoff.first = 1ms;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_sockets)

BOOST_DATA_TEST_CASE(a_program_without_a_loop_calls_and_waits, data::make(backend_names), backend) {
  const Echo echo(backend);
  Client client(echo.address(), lines(), quiet(backend));
  BOOST_TEST(client.connect().ok());
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.call("hello " + std::to_string(i));
    BOOST_REQUIRE(answer.ok());
    BOOST_TEST(answer.value() == "hello " + std::to_string(i));
  }
  BOOST_TEST(client.stats().connects == 1U);
}

BOOST_DATA_TEST_CASE(many_threads_share_one_client, data::make(backend_names), backend) {
  const Echo echo(backend);
  Client client(echo.address(), lines(), quiet(backend));
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 200; ++i) {
          const std::string text = std::to_string(thread) + "." + std::to_string(i);
          const auto answer = client.call(text);
          if (!answer.ok() || answer.value() != text) ++wrong;
        }
      });
    }
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(client.stats().answered == 800U);
}

BOOST_DATA_TEST_CASE(close_delivers_what_was_posted, data::make(backend_names), backend) {
  const Echo echo(backend);
  Client client(echo.address(), lines(), quiet(backend));
  std::atomic<int> delivered{0};
  for (int i = 0; i < 1000; ++i) {
    const auto posted = client.post("message", [&](const DeliveryReport& report) {
      if (report.delivery == Delivery::delivered) ++delivered;
    });
    BOOST_REQUIRE((posted == Posted::accepted));
  }
  client.close(10s);
  BOOST_TEST(delivered == 1000);
  BOOST_TEST((client.state() == ClientState::closed));
}

BOOST_DATA_TEST_CASE(connecting_says_why_it_fails, data::make(backend_names), backend) {
  const Descriptor nowhere = reserve_port();
  Client client(Endpoint::of(address_of(nowhere)).to_string(), lines(), quiet(backend));
  const Status connected = client.connect();
  BOOST_REQUIRE(!connected.ok());
  BOOST_TEST(connected.error().code == ECONNREFUSED);
  const auto answer = client.call("x", {.deadline = 20ms});
  BOOST_REQUIRE(!answer.ok());
  BOOST_TEST(answer.error().code == ETIME);
}

BOOST_AUTO_TEST_CASE(send_waits_for_the_kernel) {
  const Echo echo;
  Client client(echo.address(), lines(), quiet());
  BOOST_TEST(client.send("hello").ok());
  BOOST_TEST(client.stats().delivered == 1U);
  BOOST_TEST(client.send("two\nlines").error().code == EINVAL);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_is_refused_in_a_handler) {
  const Echo echo;
  Client client(echo.address(), lines(), quiet());
  std::atomic<int> code{0};
  auto called = client.call(
      "x", {}, [&](const Result<std::string>&) { code = client.call("y").error().code; });
  BOOST_REQUIRE(called.ok());
  client.close(10s);
  BOOST_TEST(code == EDEADLK);
}

BOOST_AUTO_TEST_CASE(a_name_is_resolved_and_the_first_address_may_be_dead) {
  const Echo echo;
  ClientHooks hooks;
  // A listener whose queue is full answers nothing: the first address uses up its share.
  const Descriptor full = open_listener(0);
  std::vector<Descriptor> fill;
  for (int i = 0; i < 4; ++i) {
    fill.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const SocketAddress address = address_of(full);
    static_cast<void>(
        ::connect(fill.back().get(), address.data(), static_cast<socklen_t>(address.size())));
  }
  hooks.resolve = [&](const Endpoint&) -> Result<std::vector<SocketAddress>> {
    return std::vector<SocketAddress>{address_of(full), loopback(echo.endpoint.port)};
  };
  ClientOptions options = quiet();
  options.deadlines.connect = 2s;  // of which the dead one gets half
  Client client("tcp://service.example:7000", lines(), options, std::move(hooks));
  const auto answer = client.call("hello");
  BOOST_REQUIRE(answer.ok());
  BOOST_TEST(client.stats().connects == 1U);
  BOOST_TEST(client.stats().failures == 0U);
}

BOOST_AUTO_TEST_CASE(a_resolver_that_hangs_holds_up_nothing_but_the_connecting) {
  const auto hangs = std::make_shared<std::atomic<bool>>(true);
  const auto lookups = std::make_shared<std::atomic<int>>(0);
  ClientHooks hooks;
  hooks.resolve = [hangs, lookups](const Endpoint&) -> Result<std::vector<SocketAddress>> {
    ++*lookups;
    while (*hangs) std::this_thread::yield();
    return Error{"no such name"};
  };
  ClientOptions options = quiet();
  options.deadlines.connect = 5ms;
  {
    Client client("tcp://service.example:7000", lines(), options, std::move(hooks));
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.connect().error().code == ETIMEDOUT);
    BOOST_TEST(client.stats().failures >= 3U);
  }
  wait_until("the resolver", [&] { return *lookups != 0; });
  BOOST_TEST(*lookups == 1);  // one thread, however many attempts
  *hangs = false;
}

BOOST_AUTO_TEST_CASE(a_thousand_clients_come_and_go_with_traffic) {
  const Echo echo;
  std::atomic<std::size_t> reports{0};
  const std::size_t count = scaled(1000);
  for (std::size_t i = 0; i < count; ++i) {
    Client client(echo.address(), lines(), quiet(i % 2 == 0 ? "asio" : "epoll"));
    for (int j = 0; j < 3; ++j) {
      const auto called = client.call("hello", {}, [&](const Result<std::string>&) { ++reports; });
      BOOST_REQUIRE(called.ok());
    }
    if (i % 3 == 0) static_cast<void>(client.call("wait"));
  }
  BOOST_TEST(reports == 3 * count);
}

BOOST_AUTO_TEST_CASE(a_client_may_be_destroyed_by_its_own_handler) {
  const Echo echo;
  for (int i = 0; i < 100; ++i) {
    auto client = std::make_unique<Client>(echo.address(), lines(), quiet());
    const auto gone = std::make_shared<std::atomic<bool>>(false);
    Client& asked = *client;
    const auto called =
        asked.call("x", {}, [owned = std::move(client), gone](const Result<std::string>&) mutable {
          owned.reset();
          *gone = true;
        });
    BOOST_REQUIRE(called.ok());
    while (!*gone) std::this_thread::yield();
  }
}

BOOST_AUTO_TEST_SUITE_END()
