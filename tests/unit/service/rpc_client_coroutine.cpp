// Coroutines that call a server of JSON-RPC.
#include "weir/service/rpc_client_coroutine.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/framing/line.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/json_rpc.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using Strings = std::vector<std::string>;

constexpr std::string_view endpoint = "tcp://127.0.0.1:7000";

/// A server with methods that answer, refuse, and wait for the test; and a client of it.
struct ServedRpc {
  ServedRpc() : server({.log = Log(LogLevel::off), .loop = &loop}) {
    router.on("add", [](int x, int y) { return x + y; });
    router.on("name", [] { return "ann"; });
    router.on("later", [this](JsonResponder responder) { waiting = std::move(responder); });
    server.listen(endpoint, lines(), json_rpc(router));
    BOOST_REQUIRE(server.start().ok());
  }
  ~ServedRpc() {
    client.reset();
    loop.run_ready();
  }

  /// Runs a coroutine that asks and notes what it gets.
  template <class T = Json>
  void ask(std::string method, Json params = nullptr, CallOptions options = {}) {
    asio::co_spawn(LoopExecutor(loop),
                   ask_and_note<T>(*client, std::move(method), std::move(params), options, got),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    loop.run_ready();
  }
  template <class T>
  static asio::awaitable<void> ask_and_note(RpcClient& asked, std::string method, Json params,
                                            CallOptions options, Strings& got) {
    const RpcResult<T> result =
        co_await call<T>(asked, std::move(method), std::move(params), options);
    got.push_back(result.ok() ? Json(result.value()).dump()
                              : std::to_string(int(result.error().kind)) + ": " +
                                    result.error().to_string());
  }

  testing::MemoryLoop loop;
  JsonRouter router;
  std::optional<JsonResponder> waiting;
  Server server;
  std::unique_ptr<RpcClient> client = std::make_unique<RpcClient>(
      endpoint, lines(), ClientOptions{.loop = &loop, .log = Log(LogLevel::off)});
  asio::cancellation_signal signal;
  Strings got;
};

asio::awaitable<void> add_twice(RpcClient& client, int& sum) {
  sum = (co_await call<int>(client, "add", std::tuple(1, 2))).value();
  sum = (co_await call<int>(client, "add", std::tuple(sum, 4), {.deadline = 1s})).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rpc_client_coroutine)

BOOST_FIXTURE_TEST_CASE(a_coroutine_waits_for_its_results, ServedRpc) {
  int sum = 0;
  asio::co_spawn(LoopExecutor(loop), add_twice(*client, sum), asio::detached);
  loop.run_ready();
  BOOST_TEST(sum == 7);
}

BOOST_FIXTURE_TEST_CASE(a_result_may_be_any_json_and_params_may_be_left_out, ServedRpc) {
  ask("name");
  BOOST_TEST(got == Strings{R"("ann")"});
}

BOOST_FIXTURE_TEST_CASE(an_error_of_the_server_is_the_answer, ServedRpc) {
  ask<int>("subtract", {1, 2});
  BOOST_TEST(got == Strings{"1: Method not found (-32601)"});
}

BOOST_FIXTURE_TEST_CASE(a_result_of_another_type_is_a_mistake, ServedRpc) {
  ask<int>("name");
  BOOST_REQUIRE(got.size() == 1U);
  BOOST_TEST(got.front().starts_with("2: [json.exception.type_error.302]"));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_asked_is_an_answer_too, ServedRpc) {
  ask("add", 5);
  BOOST_TEST(got == Strings{"0: the params of a request are an array or an object (" +
                            std::to_string(EINVAL) + ")"});
}

BOOST_FIXTURE_TEST_CASE(a_call_ends_at_its_deadline, ServedRpc) {
  ask("later", nullptr, {.deadline = 2s});
  loop.advance(2s - 1ns);
  BOOST_TEST(got.empty());
  loop.advance(1ns);
  BOOST_REQUIRE(got.size() == 1U);
  BOOST_TEST(got.front().ends_with("(" + std::to_string(ETIMEDOUT) + ")"));
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_coroutine_gives_its_call_up, ServedRpc) {
  ask("later");
  signal.emit(asio::cancellation_type::terminal);
  loop.run_ready();
  BOOST_TEST(client->client().stats().cancelled == 1U);
  BOOST_REQUIRE(got.size() == 1U);
  BOOST_TEST(got.front().ends_with("(" + std::to_string(ECANCELED) + ")"));
  waiting->reply(1);
  loop.run_ready();
  BOOST_TEST(got.size() == 1U);
  BOOST_TEST(client->client().stats().late == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_client_may_end_while_a_coroutine_waits, ServedRpc) {
  ask("later");
  client.reset();
  signal.emit(asio::cancellation_type::terminal);
  loop.run_ready();
  BOOST_REQUIRE(got.size() == 1U);
  BOOST_TEST(got.front().ends_with("(" + std::to_string(ECANCELED) + ")"));
}

BOOST_FIXTURE_TEST_CASE(a_method_may_ask_another_server, ServedRpc) {
  router.on("sum of three", [this](int x, int y, int z) -> asio::awaitable<int> {
    const int sum = (co_await call<int>(*client, "add", std::tuple(x, y))).value();
    co_return (co_await call<int>(*client, "add", std::tuple(sum, z))).value();
  });
  ask("sum of three", {1, 2, 3});
  BOOST_TEST(got == Strings{"6"});
}

BOOST_AUTO_TEST_SUITE_END()
