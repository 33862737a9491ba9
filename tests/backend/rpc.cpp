// RpcClient and a server of JSON-RPC, on every backend: calls, errors, notifications, coroutines,
// and what becomes of a call when either end goes.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <vector>

#include "backend/scenario.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/json_rpc.hpp"
#include "weir/service/rpc_client_coroutine.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using Json = nlohmann::json;

/// What the server does, the clients of it, and what they are told, in words.
struct Service {
  explicit Service(Bench& its_bench) : bench(its_bench) {
    router.on("add", [](int x, int y) { return x + y; });
    router.on("throws", []() -> int { throw std::runtime_error("thrown"); });
    router.on("no", []() -> int { throw Refusal("not today", 17); });
    router.on("subscribe", [](Session& session) {
      notify(session, "tick", {1});
      notify(session, "tick", {2});
      return "subscribed";
    });
    router.on("log", [this](const std::string& text) { logged.push(text); });
    router.on("later", [this](JsonResponder responder) { asked.push(std::move(responder)); });
    router.on("abort", [](Session& session) { session.abort(); });
  }

  [[nodiscard]] Bench::Serving serve() { return bench.serve(length_prefix(4), json_rpc(router)); }
  [[nodiscard]] std::unique_ptr<RpcClient> connect() {
    return std::make_unique<RpcClient>(bench.endpoint().to_string(), length_prefix(4),
                                       bench.client_options());
  }
  /// Asks; what comes of it is told.
  void ask(RpcClient& client, std::string_view method, const Json& params = nullptr) {
    const auto called = client.call(
        method, params, {}, [this](const RpcClient::Reply& reply) { told.push(in_words(reply)); });
    BOOST_REQUIRE(called.ok());
  }
  template <class T>
  static std::string in_words(const RpcResult<T>& reply) {
    if (reply.ok()) return Json(reply.value()).dump();
    const RpcError& error = reply.error();
    if (error.kind == RpcError::Kind::transport) return "code " + std::to_string(error.code);
    return error.to_string();
  }
  std::string answer() { return bench.next(told, "what became of a call"); }

  Bench& bench;
  JsonRouter router;
  Events<std::string> told;
  Events<std::string> logged;
  Events<JsonResponder> asked;
};

std::string code(int number) { return "code " + std::to_string(number); }

}  // namespace

CORE_SCENARIO(rpc_calls_and_errors_find_their_callers) {
  Service service(bench);
  const auto serving = service.serve();
  const auto client = service.connect();
  service.ask(*client, "add", {1, 2});
  BOOST_TEST(service.answer() == "3");
  service.ask(*client, "subtract", {1, 2});
  BOOST_TEST(service.answer() == "Method not found (-32601)");
  service.ask(*client, "add", {1, "two"});
  BOOST_TEST(service.answer() == "Invalid params (-32602)");
  service.ask(*client, "throws");
  BOOST_TEST(service.answer() == "Internal error (-32603)");
  service.ask(*client, "no");
  BOOST_TEST(service.answer() == "not today (17)");
}

CORE_SCENARIO(rpc_answers_may_come_in_another_order) {
  Service service(bench);
  const auto serving = service.serve();
  const auto client = service.connect();
  service.ask(*client, "later");
  const JsonResponder first = bench.next(service.asked, "the first call");
  service.ask(*client, "later");
  const JsonResponder second = bench.next(service.asked, "the second call");
  service.ask(*client, "add", {1, 2});
  BOOST_TEST(service.answer() == "3");
  second.reply("second");
  BOOST_TEST(service.answer() == R"("second")");
  first.reply("first");
  BOOST_TEST(service.answer() == R"("first")");
}

CORE_SCENARIO(many_rpc_clients_ask_at_once) {
  Service service(bench);
  const auto serving = service.serve();
  std::vector<std::unique_ptr<RpcClient>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(service.connect());
  constexpr int calls = 20;
  for (int call = 0; call < calls; ++call) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      service.ask(*clients[i], "add", {1000 * i, call});
    }
  }
  std::vector<std::size_t> sums;
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    for (std::size_t call = 0; call < calls; ++call) {
      expected.push_back(1000 * i + call);
      sums.push_back(std::stoul(service.answer()));
    }
  }
  std::sort(sums.begin(), sums.end());
  BOOST_TEST(sums == expected);
}

CORE_SCENARIO(rpc_notifications_go_both_ways) {
  Service service(bench);
  const auto serving = service.serve();
  const auto client = service.connect();
  client->on_notification("tick", [&](const Json& params) { service.told.push(params.dump()); });
  service.ask(*client, "subscribe");
  BOOST_TEST(service.answer() == "[1]");
  BOOST_TEST(service.answer() == "[2]");
  BOOST_TEST(service.answer() == R"("subscribed")");
  BOOST_TEST((client->notify("log", {"hello"}) == Posted::accepted));
  BOOST_TEST(bench.next(service.logged, "a notification") == "hello");
  service.ask(*client, "add", {1, 2});
  BOOST_TEST(service.answer() == "3");  // nothing was answered in between
}

CORE_SCENARIO(an_rpc_call_that_loses_its_connection_says_so_and_the_next_gets_another) {
  Service service(bench);
  const auto serving = service.serve();
  const auto client = service.connect();
  service.ask(*client, "later");
  const JsonResponder out = bench.next(service.asked, "the call");
  service.ask(*client, "abort");
  BOOST_TEST(service.answer() == code(ECONNRESET));
  BOOST_TEST(service.answer() == code(ECONNRESET));
  BOOST_TEST(to_string(bench.next_reason()) == "aborted");
  service.ask(*client, "add", {1, 2});
  bench.pass(ClientOptions().backoff.first);
  BOOST_TEST(service.answer() == "3");
  BOOST_TEST(client->client().stats().connects == 2U);
}

CORE_SCENARIO(an_rpc_call_ends_with_the_server) {
  Service service(bench);
  const auto serving = service.serve();
  const auto client = service.connect();
  service.ask(*client, "later");
  const JsonResponder out = bench.next(service.asked, "the call");
  bench.stop(Duration::zero());
  BOOST_TEST(service.answer() == code(ECONNRESET));
}

CORE_SCENARIO(an_rpc_call_ends_with_its_client) {
  Service service(bench);
  const auto serving = service.serve();
  auto client = service.connect();
  service.ask(*client, "later");
  const JsonResponder out = bench.next(service.asked, "the call");
  client.reset();
  BOOST_TEST(service.answer() == code(ECANCELED));
  out.reply("too late");  // until then the server may think that its peer still reads
  static_cast<void>(bench.next_reason());
}

CORE_SCENARIO(a_method_that_is_a_coroutine_may_call_by_rpc) {
  Service service(bench);
  std::unique_ptr<RpcClient> inner;
  service.router.on("sum of three", [&](int x, int y, int z) -> asio::awaitable<int> {
    const int sum = (co_await call<int>(*inner, "add", std::tuple(x, y))).value();
    co_return (co_await call<int>(*inner, "add", std::tuple(sum, z))).value();
  });
  service.router.on("breaks", [&]() -> asio::awaitable<std::string> {
    co_return Service::in_words(co_await call(*inner, "abort"));
  });
  const auto serving = service.serve();
  inner = service.connect();
  const auto client = service.connect();
  for (int i = 0; i < 5; ++i) service.ask(*client, "sum of three", {1, 2, 3});
  for (int i = 0; i < 5; ++i) BOOST_TEST(service.answer() == "6");
  service.ask(*client, "breaks");
  BOOST_TEST(service.answer() == '"' + code(ECONNRESET) + '"');
}
