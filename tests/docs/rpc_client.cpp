// The code about RpcClient in docs/client.md: each ```cpp block stands in here word for word.
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>
#include <exception>
#include <string>
#include <vector>

#include "weir/framing/length_prefix.hpp"
#include "weir/routing/executor.hpp"
#include "weir/routing/json_rpc.hpp"
#include "weir/service/rpc_client_coroutine.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

struct Served {
  Served() : server({.log = weir::Log(weir::LogLevel::off), .loop = &loop}) {
    router.on("add", [](int x, int y) { return x + y; });
    router.on("subscribe", [](weir::Session& session) {
      weir::notify(session, "tick", {1});
      return true;
    });
    server.listen("tcp://127.0.0.1:7001", weir::length_prefix(4), weir::json_rpc(router));
    BOOST_REQUIRE(server.start().ok());
  }

  weir::testing::MemoryLoop loop;
  weir::JsonRouter router;
  weir::Server server;
  weir::RpcClient client{"tcp://127.0.0.1:7001", weir::length_prefix(4), {.loop = &loop}};
};

// [coroutine
boost::asio::awaitable<int> add_all(weir::RpcClient& client, std::vector<int> numbers) {
  int sum = 0;
  for (const int number : numbers) {
    sum = (co_await weir::call<int>(client, "add", std::tuple(sum, number))).value();
  }
  co_return sum;
}
// ]

}  // namespace

BOOST_AUTO_TEST_SUITE(rpc_client_guide)

BOOST_FIXTURE_TEST_CASE(a_call_has_a_value_or_an_error, Served) {
  std::vector<std::string> said;
  const auto show = [&](const std::string& text) { said.push_back(text); };
  for (const std::string method : {"add", "subtract"}) {
    // [call
    client.call<int>(method, {1, 2}, {.deadline = std::chrono::seconds(2)},
                     [show](const weir::RpcResult<int>& sum) {
                       if (sum.ok()) return show(std::to_string(sum.value()));
                       show(sum.error().to_string());
                     });
    // ]
    loop.run_ready();
  }
  BOOST_TEST(said == (std::vector<std::string>{"3", "Method not found (-32601)"}));
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_asks_one_after_the_other, Served) {
  int sum = 0;
  boost::asio::co_spawn(weir::LoopExecutor(loop), add_all(client, {1, 2, 3}),
                        [&sum](const std::exception_ptr& error, int result) {
                          BOOST_TEST((error == nullptr));
                          sum = result;
                        });
  loop.run_ready();
  BOOST_TEST(sum == 6);
}

BOOST_FIXTURE_TEST_CASE(notifications_have_handlers, Served) {
  int last = 0;
  // [notification
  client.on_notification("tick", [&last](const nlohmann::json& params) { last = params.at(0); });
  client.notify("subscribe");
  // ]
  loop.run_ready();
  BOOST_TEST(last == 1);
}

BOOST_AUTO_TEST_SUITE_END()
