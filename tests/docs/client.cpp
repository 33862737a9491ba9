// The code of docs/client.md. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include "weir/service/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <charconv>
#include <iostream>
#include <string>
#include <string_view>

#include "weir/framing/line.hpp"
#include "weir/routing/executor.hpp"
#include "weir/service/client_coroutine.hpp"
#include "weir/service/pool.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

using namespace std::chrono_literals;

// [ask
std::string greet(std::string_view endpoint) {
  weir::Client client(endpoint, weir::lines());
  const weir::Result<std::string> answer = client.call("hello", {.deadline = 2s});
  return answer.ok() ? answer.value() : "no answer: " + answer.error().message;
}
// ]

// [callback
void ask_many(weir::Client& client) {
  for (int i = 0; i < 1000; ++i) {
    const auto call = client.call("question", {}, [](weir::Result<std::string> answer) {
      if (!answer.ok()) std::cerr << answer.error().message << '\n';
    });
    if (!call.ok()) return;  // the queue is full, or the client closed: nothing was called
  }
}
// ]

// [coroutine
boost::asio::awaitable<std::string> ask_both(weir::Client& users, weir::Client& prices) {
  const auto user = co_await weir::call(users, "who is 7", {.deadline = 1s});
  if (!user.ok()) co_return "nobody";
  const auto price = co_await weir::call(prices, "price for " + user.value());
  co_return price.ok() ? price.value() : "no price";
}
// ]

// [by_id
/// Answers are "ID TEXT"; what has no id is a notification.
std::optional<std::uint64_t> id_of(std::string_view answer) {
  std::uint64_t id = 0;
  const auto* end = answer.data() + answer.size();
  if (std::from_chars(answer.data(), end, id).ec != std::errc()) return std::nullopt;
  return id;
}

weir::ClientOptions with_ids() {
  weir::ClientOptions options;
  options.matching = weir::Matching::by_id(id_of);
  return options;
}
// ]

// [retry
weir::Result<std::string> read_balance(weir::Client& bank) {
  return bank.call("balance of 7", {.deadline = 30s, .retry = true});
}

weir::Result<std::string> pay(weir::Client& bank) {
  const auto paid = bank.call("pay 5 to 7");
  if (!paid.ok() && (paid.error().code == ECONNRESET || paid.error().code == ETIMEDOUT)) {
    return weir::Error{"unclear whether it was paid; look before you pay again"};
  }
  return paid;
}
// ]

// [post
void report_to(weir::Client& metrics, std::size_t& lost) {
  const auto posted = metrics.post("load 0.7", [&lost](const weir::DeliveryReport& report) {
    if (report.delivery == weir::Delivery::lost) ++lost;
  });
  if (posted == weir::Posted::rejected) ++lost;
}
// ]

// [queue
weir::ClientOptions newest_matter_most() {
  weir::ClientOptions options;
  options.queue = {.messages = 1000, .policy = weir::QueuePolicy::drop_oldest};
  options.backoff = {.first = 50ms, .most = 5s};
  return options;
}
// ]

// [hooks
weir::ClientHooks watch() {
  weir::ClientHooks hooks;
  hooks.on_state = [](weir::ClientState state, const weir::Error& why) {
    std::clog << "service: " << weir::to_string(state) << ' ' << why.message << '\n';
  };
  hooks.on_message = [](std::string_view frame) { std::clog << "news: " << frame << '\n'; };
  return hooks;
}
// ]

// [pool
std::string ask_any(std::vector<std::string> endpoints) {
  weir::PoolOptions options;
  options.ejection = {.failures = 3, .first = 2s};
  weir::Pool pool(std::move(endpoints), weir::lines(), options);
  const auto answer = pool.call("hello", {.deadline = 1s});
  return answer.ok() ? answer.value() : answer.error().message;
}
// ]

weir::Log quiet() { return weir::Log(weir::LogLevel::off); }

/// Answers each line with itself.
struct Echo {
  Echo() : server({.log = quiet()}) {
    const auto listening = server.listen("tcp://127.0.0.1:0", weir::lines(),
                                         [](std::string_view line) { return line; });
    BOOST_REQUIRE(listening.ok());
    endpoint = listening.value().to_string();
    BOOST_REQUIRE(server.start().ok());
  }
  weir::Server server;
  std::string endpoint;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_guide)

BOOST_FIXTURE_TEST_CASE(a_program_asks_and_waits, Echo) {
  BOOST_TEST(greet(endpoint) == "hello");
  BOOST_TEST(ask_any({endpoint, endpoint}) == "hello");
}

BOOST_FIXTURE_TEST_CASE(calls_with_handlers_are_all_answered, Echo) {
  weir::Client client(endpoint, weir::lines(), {.log = quiet()});
  ask_many(client);
  client.close(10s);
  BOOST_TEST(client.stats().answered == 1000U);
}

BOOST_FIXTURE_TEST_CASE(a_call_may_be_retried_or_not, Echo) {
  weir::Client client(endpoint, weir::lines(), {.log = quiet()});
  BOOST_TEST(read_balance(client).value() == "balance of 7");
  BOOST_TEST(pay(client).value() == "pay 5 to 7");
}

// [test
BOOST_AUTO_TEST_CASE(what_is_posted_survives_a_server_that_is_away) {
  weir::testing::MemoryLoop loop;
  weir::ClientOptions options;
  options.loop = &loop;
  weir::Client client("tcp://127.0.0.1:7000", weir::lines(), options, watch());
  std::size_t lost = 0;
  report_to(client, lost);
  loop.advance(1min);

  std::string got;
  weir::Server server({.loop = &loop});
  server.listen("tcp://127.0.0.1:7000", weir::lines(), [&](std::string_view line) { got = line; });
  BOOST_TEST(server.start().ok());
  loop.advance(30s);
  BOOST_TEST(got == "load 0.7");
  BOOST_TEST(lost == 0U);
}
// ]

BOOST_AUTO_TEST_CASE(a_coroutine_asks_two_services) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = quiet(), .loop = &loop});
  server.listen("tcp://127.0.0.1:7000", weir::lines(), [](std::string_view) { return "Ann"; });
  server.listen("tcp://127.0.0.1:7001", weir::lines(), [](std::string_view line) { return line; });
  BOOST_REQUIRE(server.start().ok());
  weir::ClientOptions options;
  options.loop = &loop;
  options.log = quiet();
  weir::Client users("tcp://127.0.0.1:7000", weir::lines(), options);
  weir::Client prices("tcp://127.0.0.1:7001", weir::lines(), options);
  std::string answer;
  boost::asio::co_spawn(
      weir::LoopExecutor(loop), ask_both(users, prices),
      [&](const std::exception_ptr&, std::string said) { answer = std::move(said); });
  loop.run_ready();
  BOOST_TEST(answer == "price for Ann");
}

BOOST_AUTO_TEST_CASE(answers_are_found_by_their_ids) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = quiet(), .loop = &loop});
  server.listen("tcp://127.0.0.1:7000", weir::lines(), [](std::string_view line) { return line; });
  BOOST_REQUIRE(server.start().ok());
  weir::ClientOptions options = with_ids();
  options.loop = &loop;
  options.queue = newest_matter_most().queue;
  options.log = quiet();
  weir::Client client("tcp://127.0.0.1:7000", weir::lines(), options);
  std::string answer;
  const auto called = client.call("7 hello", {.id = 7}, [&](weir::Result<std::string> result) {
    answer = result.ok() ? result.take() : "";
  });
  BOOST_REQUIRE(called.ok());
  loop.run_ready();
  BOOST_TEST(answer == "7 hello");
}

BOOST_AUTO_TEST_SUITE_END()
