// The code of docs/json-rpc.md, whole. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/worker_pool.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/json_rpc.hpp"
#include "weir/routing/offload.hpp"
#include "weir/routing/sleep.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace guide {

using namespace std::chrono_literals;

// [struct
struct Order {
  std::string article;
  int pieces = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, article, pieces)
// ]

int price_of(std::string_view article) { return article == "gold" ? 100 : 1; }

struct Service {
  Service() {
    // [handlers
    router.on("price", [](std::string_view article) { return price_of(article); });
    router.on("total", [](const Order& order) { return order.pieces * price_of(order.article); });
    router.on("divide", weir::named({"x", "y"}, [](double x, double y) { return x / y; }));
    router.on("greet", [](const std::string& name, std::optional<std::string> greeting) {
      return greeting.value_or("Hello") + ", " + name;
    });
    router.on("echo", [](nlohmann::json params) { return params; });
    // ]
    // [failures
    router.on("withdraw", [this](int amount) {
      if (amount > balance) throw weir::json_refusal(17, "not enough", {{"balance", balance}});
      return balance -= amount;
    });
    router.on("parse", [](const std::string& text) -> weir::Result<int> {
      if (text.empty()) return weir::Error{"nothing to parse", 18};
      return static_cast<int>(text.size());
    });
    // ]
    // [later
    router.on("slow", [](int x) -> boost::asio::awaitable<int> {
      co_await weir::sleep_for(1s);
      co_return x + 1;
    });
    router.on("work", weir::offload(pool, [](int x) { return x * x; }));
    // ]
    // [notify
    router.on("subscribe", [this](weir::Session& session) {
      subscriber = session;
      return true;
    });
    // ]
  }
  void tick(int count) {
    // [tick
    weir::notify(subscriber, "tick", {count});
    const std::string text = weir::notification("tick", {{"count", count}});
    subscriber.send(text);
    // ]
  }

  int balance = 5;
  weir::WorkerPool pool{1};
  weir::Session subscriber;
  weir::JsonRouter router;
};

struct Case {
  Case() {
    // [options
    const weir::JsonRpcOptions options{.max_in_flight = 16, .max_batch = 20};
    server.listen("tcp://127.0.0.1:7001", weir::lines(), weir::json_rpc(service.router, options));
    // ]
    BOOST_REQUIRE(server.start().ok());
    peer = loop.dial("tcp://127.0.0.1:7001");
  }
  std::string call(const std::string& method, const std::string& params) {
    return say(R"({"jsonrpc":"2.0","method":")" + method + R"(","params":)" + params +
               R"(,"id":1})");
  }
  std::string say(const std::string& frame) {
    peer.send(frame + "\n");
    loop.run_ready();
    return rest_of(peer.take());
  }
  /// Without what is the same in every answer.
  static std::string rest_of(std::string answer) {
    constexpr std::string_view before = R"({"jsonrpc":"2.0",)";
    constexpr std::string_view behind = ",\"id\":1}\n";
    if (!answer.starts_with(before) || !answer.ends_with(behind)) return answer;
    return answer.substr(before.size(), answer.size() - before.size() - behind.size());
  }

  Service service;
  weir::testing::MemoryLoop loop;
  weir::Server server{{.log = weir::Log(weir::LogLevel::off), .loop = &loop}};
  weir::testing::Peer peer;
};

}  // namespace guide

using namespace guide;

BOOST_AUTO_TEST_SUITE(json_rpc_guide)

BOOST_FIXTURE_TEST_CASE(parameters_become_arguments, Case) {
  BOOST_TEST(call("price", R"(["gold"])") == R"("result":100)");
  BOOST_TEST(call("total", R"({"article":"gold","pieces":3})") == R"("result":300)");
  BOOST_TEST(call("divide", R"({"y":4,"x":1})") == R"("result":0.25)");
  BOOST_TEST(call("divide", "[1,4]") == R"("result":0.25)");
  BOOST_TEST(call("greet", R"(["Ann"])") == R"("result":"Hello, Ann")");
  BOOST_TEST(call("echo", R"({"a":1})") == R"("result":{"a":1})");
  BOOST_TEST(call("total", R"({"article":"gold","pieces":1.5})") ==
             R"("error":{"code":-32602,"message":"Invalid params",)"
             R"("data":"parameter 1: a number does not fit"})");
}

BOOST_FIXTURE_TEST_CASE(failures_have_their_words, Case) {
  BOOST_TEST(call("withdraw", "[7]") ==
             R"("error":{"code":17,"message":"not enough","data":{"balance":5}})");
  BOOST_TEST(call("parse", R"([""])") == R"("error":{"code":18,"message":"nothing to parse"})");
}

BOOST_FIXTURE_TEST_CASE(answers_may_come_later, Case) {
  BOOST_TEST(call("slow", "[1]") == "");
  loop.advance(1s);
  BOOST_TEST(rest_of(peer.take()) == R"("result":2)");
  std::string answer = call("work", "[7]");  // "" unless the pool was quick
  while (answer.empty()) {
    loop.run_ready();
    answer = rest_of(peer.take());
  }
  BOOST_TEST(answer == R"("result":49)");
}

BOOST_FIXTURE_TEST_CASE(the_server_may_speak_first, Case) {
  BOOST_TEST(call("subscribe", "[]") == R"("result":true)");
  service.tick(3);
  loop.run_ready();
  BOOST_TEST(peer.take() ==
             "{\"jsonrpc\":\"2.0\",\"method\":\"tick\",\"params\":[3]}\n"
             "{\"jsonrpc\":\"2.0\",\"method\":\"tick\",\"params\":{\"count\":3}}\n");
}

BOOST_AUTO_TEST_SUITE_END()
