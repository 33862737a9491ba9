// Handlers of JSON-RPC that are coroutines, or run on a pool of threads.
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "unit/routing/rpc_case.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/offload.hpp"
#include "weir/routing/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string call_of(std::string_view method, std::string_view params, int id) {
  return R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":)" +
         std::string(params) + R"(,"id":)" + std::to_string(id) + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_rpc_later)

BOOST_FIXTURE_TEST_CASE(a_coroutine_answers_when_it_is_done_and_others_before_it, Rpc) {
  router.on("wait", [](int seconds, std::string_view text) -> asio::awaitable<Json> {
    co_await sleep_for(std::chrono::seconds(seconds));
    co_return Json{text, seconds};
  });
  BOOST_TEST(send(call_of("wait", R"([2,"a text that is not short"])", 1) + "\n" +
                  call_of("wait", R"([1,"b"])", 2)) == "");
  bench.advance(1s);
  BOOST_TEST(take() == "{\"jsonrpc\":\"2.0\",\"result\":[\"b\",1],\"id\":2}\n");
  bench.advance(1s);
  BOOST_TEST(take() ==
             "{\"jsonrpc\":\"2.0\",\"result\":[\"a text that is not short\",2],\"id\":1}\n");
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_may_answer_at_once_nothing_or_fail, Rpc) {
  router.on("at_once", [](int x) -> asio::awaitable<int> { co_return x; });
  router.on("nothing", []() -> asio::awaitable<void> { co_return; });
  router.on("boom", []() -> asio::awaitable<int> {
    co_await sleep_for(1s);
    throw std::runtime_error("secret");
  });
  router.on("no", []() -> asio::awaitable<int> {
    co_await sleep_for(1s);
    throw json_refusal(7, "no", {1});
  });
  router.on("binary", []() -> asio::awaitable<std::string> { co_return "\xff"; });
  BOOST_TEST(call("at_once", "[3]") == "3");
  BOOST_TEST(call("at_once", "[3.5]") == "-32602: parameter 1: expected a whole number");
  BOOST_TEST(call("nothing", "") == "null");
  BOOST_TEST(call("binary", "") == "-32603: Internal error");
  send("[" + call_of("boom", "[]", 1) + "," + call_of("no", "[]", 2) + "]");
  bench.advance(1s);
  BOOST_TEST(take() ==
             R"([{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":1},)"
             R"({"jsonrpc":"2.0","error":{"code":7,"message":"no","data":[1]},"id":2}])"
             "\n");
  BOOST_TEST(bench.server.stats().handler_failures == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_that_is_late_keeps_its_arguments_to_its_end, Rpc) {
  std::string seen;
  router.on("wait", [&](std::string_view text) -> asio::awaitable<void> {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep_for(60s);
    seen = text;
  });
  send(call_of("wait", R"(["a text that is not short"])", 1));
  bench.advance(30s);
  BOOST_TEST(take().find("-32000") != std::string::npos);
  router.on("other", [](std::string_view text) { return text; });
  BOOST_TEST(call("other", R"(["another text, to take its place"])") ==
             R"("another text, to take its place")");
  bench.advance(30s);
  BOOST_TEST((seen.empty() || seen == "a text that is not short"));
}

BOOST_FIXTURE_TEST_CASE(work_on_a_pool_answers_through_its_responder, Rpc) {
  WorkerPool pool(2);
  router.on("square", offload(pool, [](int x) {
              if (x < 0) throw Refusal("negative", 9);
              return x * x;
            }));
  std::string answer =
      send("[" + call_of("square", "[7]", 1) + "," + call_of("square", "[-1]", 2) + "]");
  while (answer.empty()) {
    std::this_thread::yield();
    run();
    answer = take();
  }
  const Json all = Json::parse(answer);
  for (const Json& one : all) {
    if (one["id"] == 1) {
      BOOST_TEST(one["result"] == 49);
    } else {
      BOOST_TEST(one["error"]["code"] == 9);
    }
  }
  BOOST_TEST(all.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
