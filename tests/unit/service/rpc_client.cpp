// RpcClient against servers that say what the test wants.
#include "weir/service/rpc_client.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/rpc_reply.hpp"
#include "weir/framing/line.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

using namespace weir;
using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view here = "tcp://127.0.0.1:7000";

/// A server that keeps what it is asked and answers what the test says; and a client of it.
struct Scripted {
  Scripted() : server({.log = Log(LogLevel::off), .loop = &loop}) {
    Hooks hooks;
    hooks.on_open = [this](Session& session) { peer = session; };
    server.listen(
        here, lines(), [this](std::string_view line) { asked.emplace_back(line); },
        std::move(hooks));
    BOOST_REQUIRE(server.start().ok());
  }

  /// Asks; what comes back is put into `replies`.
  template <class T = Json>
  void ask(std::string_view method, const Json& params = nullptr) {
    const auto called = client.call<T>(method, params, {}, [this](RpcResult<T> reply) {
      replies.push_back(reply.ok() ? Json(reply.value()).dump()
                                   : std::to_string(int(reply.error().kind)) + ": " +
                                         reply.error().to_string());
    });
    BOOST_REQUIRE(called.ok());
    loop.run_ready();
  }
  void answer(std::string_view text) {
    peer.send(text);
    loop.run_ready();
  }
  /// What is made of one answer to the request of id 1.
  static std::string made_of(std::string_view text) {
    Scripted scripted;
    scripted.ask("m");
    scripted.answer(text);
    return scripted.replies.empty() ? "nothing" : scripted.replies.front();
  }

  testing::MemoryLoop loop;
  std::vector<std::string> asked;
  std::vector<std::string> replies;
  std::vector<std::string> others;
  Session peer;
  Server server;
  RpcClient client{here,
                   lines(),
                   {.loop = &loop, .log = Log(LogLevel::off)},
                   {.on_message = [this](std::string_view text) { others.emplace_back(text); }}};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rpc_client)

BOOST_AUTO_TEST_CASE(a_request_is_written_as_the_specification_has_it) {
  BOOST_TEST(RpcClient::request("subtract", {42, 23}, 1) ==
             R"({"jsonrpc":"2.0","method":"subtract","params":[42,23],"id":1})");
  BOOST_TEST(RpcClient::request("update", {{"a", 1}}, std::nullopt) ==
             R"({"jsonrpc":"2.0","method":"update","params":{"a":1}})");
  BOOST_TEST(RpcClient::request("say \"hi\"\n", nullptr, 7) ==
             R"({"jsonrpc":"2.0","method":"say \"hi\"\n","id":7})");
  BOOST_CHECK_THROW(static_cast<void>(RpcClient::request("m", 5, 1)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(only_a_response_has_the_id_of_one) {
  BOOST_TEST((response_id(R"({"jsonrpc":"2.0","result":{"id":3},"id":2})") == 2U));
  BOOST_TEST((response_id(R"({"id":4,"error":{"code":1,"message":"id"}})") == 4U));
  for (const std::string_view text :
       {R"({"method":"tick","id":2})", R"([{"id":2}])", R"({"id":"2"})", R"({"id":null})",
        R"({"id":2.0})", R"({"id":-2})", R"({"id":[2]})", R"({"id":2)", R"({})", "", "2"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!response_id(text).has_value()); }
  }
  BOOST_TEST(!response_id(std::string(100'000, '[')).has_value());
}

BOOST_FIXTURE_TEST_CASE(answers_find_their_calls_in_any_order, Scripted) {
  ask<int>("add", {1, 2});
  ask<std::string>("name");
  BOOST_TEST(asked.back() == R"({"jsonrpc":"2.0","method":"name","id":2})");
  answer(R"({"jsonrpc":"2.0","result":"ann","id":2})");
  answer(R"({"jsonrpc":"2.0","result":3,"id":1})");
  BOOST_TEST(replies == (std::vector<std::string>{"\"ann\"", "3"}));
}

BOOST_AUTO_TEST_CASE(an_answer_is_a_result_an_error_or_a_mistake) {
  BOOST_TEST(Scripted::made_of(R"({"jsonrpc":"2.0","result":null,"id":1})") == "null");
  BOOST_TEST(
      Scripted::made_of(
          R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1})") ==
      "1: Method not found (-32601)");
  BOOST_TEST(Scripted::made_of(R"({"jsonrpc":"1.0","result":1,"id":1})") ==
             "2: the response is not of JSON-RPC 2.0 (0)");
  BOOST_TEST(Scripted::made_of(R"({"jsonrpc":"2.0","id":1})") ==
             "2: the response has neither result nor error, or both (0)");
  BOOST_TEST(Scripted::made_of(R"({"jsonrpc":"2.0","error":"no","id":1})") ==
             "2: the error of the response is no object (0)");
  BOOST_TEST(Scripted::made_of(R"({"jsonrpc":"2.0","error":{"code":"x","message":""},"id":1})") ==
             "2: the error of the response has no code or no message (0)");
  BOOST_TEST(Scripted::made_of(R"({"jsonrpc":"2.0","result":1,"id":99})") == "nothing");
  BOOST_TEST(Scripted::made_of("no json") == "nothing");
}

BOOST_FIXTURE_TEST_CASE(a_result_of_another_type_is_a_mistake, Scripted) {
  ask<int>("add");
  answer(R"({"jsonrpc":"2.0","result":"three","id":1})");
  BOOST_TEST(replies.size() == 1U);
  BOOST_TEST(replies.front().starts_with("2: [json.exception.type_error.302]"));
}

BOOST_FIXTURE_TEST_CASE(the_data_of_an_error_is_kept, Scripted) {
  std::optional<RpcError> error;
  BOOST_REQUIRE(client
                    .call("m", nullptr, {},
                          [&](const RpcClient::Reply& reply) {
                            error = reply.error();
                            BOOST_CHECK_THROW(static_cast<void>(reply.value()), RpcException);
                          })
                    .ok());
  loop.run_ready();
  answer(R"({"jsonrpc":"2.0","error":{"code":5,"message":"no","data":[1,{}]},"id":1})");
  BOOST_REQUIRE(error.has_value());
  BOOST_TEST((error->data == Json{1, Json::object()}));
}

BOOST_FIXTURE_TEST_CASE(a_call_without_an_answer_ends_at_its_deadline, Scripted) {
  ask("m");
  loop.advance(10s);
  BOOST_TEST(replies.size() == 1U);
  BOOST_TEST(replies.front().starts_with("0: "));
}

BOOST_FIXTURE_TEST_CASE(notifications_go_to_who_asked_for_them, Scripted) {
  std::vector<std::string> ticks;
  client.on_notification("tick", [&](const Json& params) { ticks.push_back(params.dump()); });
  client.client().start();
  loop.run_ready();
  answer(R"({"jsonrpc":"2.0","method":"tick","params":{"n":1}})");
  answer(R"({"jsonrpc":"2.0","method":"tick"})");
  answer(R"({"jsonrpc":"2.0","method":"tock"})");
  answer("what?");
  BOOST_TEST(ticks == (std::vector<std::string>{R"({"n":1})", "null"}));
  BOOST_TEST(others == (std::vector<std::string>{R"({"jsonrpc":"2.0","method":"tock"})", "what?"}));
  client.on_notification("tick", {});
  answer(R"({"jsonrpc":"2.0","method":"tick"})");
  BOOST_TEST(ticks.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_notification_is_not_answered, Scripted) {
  std::vector<Delivery> reports;
  BOOST_TEST((client.notify("log", {"text"}, [&](const DeliveryReport& report) {
    reports.push_back(report.delivery);
  }) == Posted::accepted));
  loop.run_ready();
  BOOST_TEST(asked.front() == R"({"jsonrpc":"2.0","method":"log","params":["text"]})");
  BOOST_TEST((reports == std::vector{Delivery::delivered}));
  BOOST_TEST((client.notify("log", "no array") == Posted::rejected));
  BOOST_TEST((client.notify("log", {"\xff"}) == Posted::rejected));
}

BOOST_AUTO_TEST_SUITE_END()
