// JSON-RPC 2.0 as https://www.jsonrpc.org/specification has it: its examples, and what it asks for
// beside them.
#include "weir/routing/json_rpc.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "unit/routing/rpc_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// The methods that the examples of the specification's section 7 call.
struct Examples : Rpc {
  Examples() {
    router.on("subtract",
              named({"minuend", "subtrahend"}, [](int from, int what) { return from - what; }));
    router.on("update", [](const Json& params) { updates.push_back(params); });
    router.on("sum", [](const Json& numbers) {
      int sum = 0;
      for (const Json& number : numbers) sum += number.get<int>();
      return sum;
    });
    for (const char* name : {"notify_hello", "notify_sum"}) {
      router.on(name, [](const Json&) { return "nobody reads this"; });
    }
    router.on("get_data", [] { return Json{"hello", 5}; });
    updates.clear();
  }

  /// What comes back is the same JSON as `expected`; the answers of a batch in any order.
  void check(std::string_view frame, std::string_view expected) {
    // Blanks are JSON's affair, the ends of lines the framing's.
    std::string line(frame);
    std::replace(line.begin(), line.end(), '\n', ' ');
    const std::string answer = say(line);
    if (expected.empty()) {
      BOOST_TEST(answer == "");
      return;
    }
    Json came = Json::parse(answer);
    Json wanted = Json::parse(expected);
    if (came.is_array()) std::sort(came.begin(), came.end());
    if (wanted.is_array()) std::sort(wanted.begin(), wanted.end());
    BOOST_TEST(came == wanted);
  }

  static inline std::vector<Json> updates;
};

const std::string parse_error =
    R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null})";
const std::string invalid =
    R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null})";

std::string call_of(std::string_view id) {
  return R"({"jsonrpc":"2.0","method":"sum","params":[1],"id":)" + std::string(id) + "}";
}
std::string answer_of(std::string_view id) {
  return R"({"jsonrpc":"2.0","result":1,"id":)" + std::string(id) + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_rpc_)

// --- the examples of the specification, section 7 ---------------------------------------------

BOOST_FIXTURE_TEST_CASE(example_calls_with_parameters_by_position, Examples) {
  BOOST_TEST(say(R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})") ==
             R"({"jsonrpc":"2.0","result":19,"id":1})");
  BOOST_TEST(say(R"({"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2})") ==
             R"({"jsonrpc":"2.0","result":-19,"id":2})");
}

BOOST_FIXTURE_TEST_CASE(example_calls_with_parameters_by_name, Examples) {
  check(
      R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})",
      R"({"jsonrpc": "2.0", "result": 19, "id": 3})");
  check(
      R"({"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4})",
      R"({"jsonrpc": "2.0", "result": 19, "id": 4})");
}

BOOST_FIXTURE_TEST_CASE(example_notifications, Examples) {
  check(R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})", "");
  check(R"({"jsonrpc": "2.0", "method": "foobar"})", "");
  BOOST_TEST(updates == (std::vector<Json>{{1, 2, 3, 4, 5}}));
}

BOOST_FIXTURE_TEST_CASE(example_a_method_that_does_not_exist, Examples) {
  BOOST_TEST(say(R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})") ==
             R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"1"})");
}

BOOST_FIXTURE_TEST_CASE(example_invalid_json, Examples) {
  BOOST_TEST(say(R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])") == parse_error);
}

BOOST_FIXTURE_TEST_CASE(example_an_invalid_request, Examples) {
  BOOST_TEST(say(R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})") == invalid);
}

BOOST_FIXTURE_TEST_CASE(example_a_batch_of_invalid_json, Examples) {
  BOOST_TEST(say(R"([ {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},)"
                 R"( {"jsonrpc": "2.0", "method" ])") == parse_error);
}

BOOST_FIXTURE_TEST_CASE(example_an_empty_batch, Examples) { BOOST_TEST(say("[]") == invalid); }

BOOST_FIXTURE_TEST_CASE(example_invalid_batches_that_are_not_empty, Examples) {
  BOOST_TEST(say("[1]") == "[" + invalid + "]");
  BOOST_TEST(say("[1,2,3]") == "[" + invalid + "," + invalid + "," + invalid + "]");
}

BOOST_FIXTURE_TEST_CASE(example_a_mixed_batch, Examples) {
  check(R"([
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ])",
        R"([
        {"jsonrpc": "2.0", "result": 7, "id": "1"},
        {"jsonrpc": "2.0", "result": 19, "id": "2"},
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
        {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
        {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
    ])");
}

BOOST_FIXTURE_TEST_CASE(example_a_batch_of_notifications, Examples) {
  check(R"([{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},)"
        R"( {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}])",
        "");
}

// --- calls -----------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_id_comes_back_as_it_was_written, Examples) {
  for (const char* id :
       {"1", "-1", "0", "1.50", "1e3", "1E+03", "-0", "0.1e-7", "null", R"("")", R"("a")",
        R"("\u0041\"\\")", "12345678901234567890123", R"("{\"id\":7}")", "\"\xe2\x82\xac\""}) {
    BOOST_TEST(say(call_of(id)) == answer_of(id));
  }
  BOOST_TEST(
      say("{ \"id\" :\t \"x\" , \"params\":[1],\"method\" : \"sum\", \"jsonrpc\":\"2.0\" }") ==
      answer_of("\"x\""));
}

BOOST_FIXTURE_TEST_CASE(an_id_of_another_type_is_an_invalid_request_of_nobody, Examples) {
  for (const char* id : {"true", "false", "[1]", "{}", "[[2]]", R"({"id":1})"}) {
    BOOST_TEST(say(call_of(id)) == invalid);
  }
}

BOOST_FIXTURE_TEST_CASE(an_id_has_a_longest_length, Examples) {
  const std::string longest = '"' + std::string(1022, 'i') + '"';
  BOOST_TEST(say(call_of(longest)) == answer_of(longest));
  BOOST_TEST(say(call_of('"' + std::string(1023, 'i') + '"')) == invalid);
  BOOST_TEST(say(call_of('"' + std::string(900'000, 'i') + '"')) == invalid);
  BOOST_TEST(say(call_of("0." + std::string(2000, '7'))) == invalid);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_call_is_answered_with_its_id_where_it_has_one, Examples) {
  const auto invalid_of = [](std::string_view id) {
    return R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":)" +
           std::string(id) + "}";
  };
  BOOST_TEST(say(R"({"jsonrpc":"1.0","method":"sum","id":4})") == invalid_of("4"));
  BOOST_TEST(say(R"({"method":"sum","id":4})") == invalid_of("4"));
  BOOST_TEST(say(R"({"jsonrpc":2.0,"method":"sum","id":4})") == invalid_of("4"));
  BOOST_TEST(say(R"({"jsonrpc":"2.0","id":4})") == invalid_of("4"));
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":["sum"],"id":"x"})") == invalid_of("\"x\""));
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"sum","params":null,"id":4})") == invalid_of("4"));
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"sum","params":1,"id":4})") == invalid_of("4"));
  BOOST_TEST(say(R"({"jsonrpc":"2.0","result":1,"id":4})") == invalid_of("4"));
  for (const char* text : {"1", "null", "true", "\"x\"", "{}", "1.5"}) {
    BOOST_TEST(say(text) == invalid);
  }
  BOOST_TEST(say("[[],{},[[1]]]") == "[" + invalid + "," + invalid + "," + invalid + "]");
}

BOOST_FIXTURE_TEST_CASE(a_member_that_comes_twice_is_an_invalid_request, Examples) {
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"sum","params":[1],"id":4,"id":5})") == invalid);
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"sum","method":"x","id":4})").find("-32600") !=
             std::string::npos);
  BOOST_TEST(
      say(R"({"jsonrpc":"2.0","method":"sum","params":[1],"params":[2],"id":4})").find("-32600") !=
      std::string::npos);
  // Not one that nobody reads.
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"sum","params":[1],"x":1,"x":{"id":2},"id":4})") ==
             answer_of("4"));
}

BOOST_FIXTURE_TEST_CASE(members_inside_of_others_are_not_the_calls_own, Examples) {
  router.on("same", [](const Json& params) { return params; });
  BOOST_TEST(say(R"({"x":{"id":1,"method":"y"},"params":{"id":2,"method":[{"id":3}],"params":[]},)"
                 R"("jsonrpc":"2.0","method":"same","y":[{"id":4}],"id":5})") ==
             R"({"jsonrpc":"2.0","result":{"id":2,"method":[{"id":3}],"params":[]},"id":5})");
}

BOOST_FIXTURE_TEST_CASE(a_method_is_found_however_it_is_written, Examples) {
  BOOST_TEST(say(R"({"jsonrpc":"2.0","m\u0065thod":"su\u006d","params":[1],"id":1})") ==
             answer_of("1"));
}

BOOST_FIXTURE_TEST_CASE(a_notification_is_never_answered, Examples) {
  router.on("boom", [] { throw std::runtime_error("in vain"); });
  router.on("no", [] { throw Refusal("in vain"); });
  router.on("two", [](int, int) {});
  std::vector<Responder> waiting;
  router.on("later", [&](Responder responder) { waiting.push_back(responder); });
  for (const char* method : {"boom", "no", "two", "later", "who", "sum"}) {
    BOOST_TEST(send(R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"("})") == "");
  }
  waiting.front().reply("1");
  run();
  BOOST_TEST(take() == "");
  BOOST_TEST(bench.logged("route 'boom': in vain") == 1U);
  BOOST_TEST(say(call_of("1")) == answer_of("1"));
}

BOOST_FIXTURE_TEST_CASE(who_has_nothing_to_say_answers_null, Examples) {
  router.on("done", [](Responder responder) { responder.finish(); });
  BOOST_TEST(call("done", "") == "null");
}

BOOST_FIXTURE_TEST_CASE(each_failure_has_its_number, Examples) {
  const std::vector<std::pair<FailureKind, std::string>> forms = {
      {FailureKind::invalid_request, "-32600: Invalid Request"},
      {FailureKind::not_found, "-32601: Method not found"},
      {FailureKind::invalid_arguments, "-32602: Invalid params"},
      {FailureKind::failed, "-32603: Internal error"},
      {FailureKind::unanswered, "-32603: Internal error"},
      {FailureKind::timed_out, "-32000: timed out"},
      {FailureKind::overloaded, "-32001: overloaded"},
      {FailureKind::rate_limited, "-32002: rate limited"},
      {FailureKind::unauthenticated, "-32003: unauthenticated"},
      {FailureKind::refused, "-32004: refused"},
  };
  BOOST_TEST(forms.size() == failure_kind_count);
  FailureKind kind{};
  router.on("fail", [&](Context& context) { context.fail({.kind = kind}); });
  for (const auto& [failure, form] : forms) {
    kind = failure;
    BOOST_TEST(call("fail", "") == form);
    BOOST_TEST(form.starts_with(std::to_string(json_rpc_code(kind)) + ":"));
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_no_json_is_a_parse_error, Examples) {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, " "s, "{"s, "[1"s, "\xff\xfe\x00\x01"s, "{\"a\":\"\xff\"}"s, call_of("1") + "\0"s,
        call_of("1") + "}"s, call_of("1") + call_of("2"), "nul"s, "{\"jsonrpc\":\"2.0\",}"s}) {
    BOOST_TEST(say(text) == parse_error);
  }
  BOOST_TEST(say(call_of("1")) == answer_of("1"));
}

BOOST_FIXTURE_TEST_CASE(nesting_has_an_end, Examples) {
  router.on("same", [](const Json& params) { return params; });
  const auto nested = [](std::size_t depth) {
    return R"({"jsonrpc":"2.0","method":"same","params":)" + std::string(depth, '[') +
           std::string(depth, ']') + R"(,"id":1})";
  };
  BOOST_TEST(say(nested(63)).starts_with(R"({"jsonrpc":"2.0","result":[[[)"));
  BOOST_TEST(say(nested(64)) == parse_error);
  BOOST_TEST(say(std::string(100'000, '[')) == parse_error);
}

// --- batches ---------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_batch_has_a_largest_size_and_begins_nothing_above_it, Examples) {
  const auto batch = [](std::size_t calls) {
    std::string text = "[";
    for (std::size_t i = 0; i < calls; ++i) {
      if (i != 0) text += ',';
      text += R"({"jsonrpc":"2.0","method":"update","params":[],"id":)" + std::to_string(i) + "}";
    }
    return text + "]";
  };
  BOOST_TEST(Json::parse(say(batch(100))).size() == 100U);
  BOOST_TEST(updates.size() == 100U);
  BOOST_TEST(say(batch(101)) ==
             R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request",)"
             R"("data":"a batch of more than 100 calls"},"id":null})");
  BOOST_TEST(updates.size() == 100U);
}

BOOST_FIXTURE_TEST_CASE(a_batch_that_is_no_json_begins_nothing, Examples) {
  BOOST_TEST(say(R"([{"jsonrpc":"2.0","method":"update","id":1},)") == parse_error);
  BOOST_TEST(updates.empty());
}

BOOST_FIXTURE_TEST_CASE(a_batch_is_answered_when_its_last_call_is, Examples) {
  std::vector<JsonResponder> waiting;
  router.on("later", [&](JsonResponder responder) { waiting.push_back(responder); });
  BOOST_TEST(send(R"([{"jsonrpc":"2.0","method":"later","id":1},)"
                  R"({"jsonrpc":"2.0","method":"sum","params":[1],"id":2},)"
                  R"({"jsonrpc":"2.0","method":"later"},)"
                  R"({"jsonrpc":"2.0","method":"later","id":3}])") == "");
  waiting[2].reply("three");
  waiting[0].reply("one");
  run();
  BOOST_TEST(take() == "");
  waiting[1].reply("nobody reads this");
  run();
  BOOST_TEST(take() == "[" + answer_of("2") + R"(,{"jsonrpc":"2.0","result":"three","id":3},)" +
                           R"({"jsonrpc":"2.0","result":"one","id":1}])" + "\n");
}

// --- notifications of the server -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_notification_of_the_server_is_text) {
  BOOST_TEST(notification("tick") == R"({"jsonrpc":"2.0","method":"tick"})");
  BOOST_TEST(notification("tick", {1, 2}) == R"({"jsonrpc":"2.0","method":"tick","params":[1,2]})");
  BOOST_TEST(notification("a\"b", {{"x", 1}}) ==
             R"({"jsonrpc":"2.0","method":"a\"b","params":{"x":1}})");
  BOOST_TEST(notification("none", Json::array()) ==
             R"({"jsonrpc":"2.0","method":"none","params":[]})");
  BOOST_CHECK_THROW(static_cast<void>(notification("tick", 1)), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(notification("tick", "x")), std::invalid_argument);
}

BOOST_FIXTURE_TEST_CASE(a_notification_of_the_server_reaches_its_peer, Examples) {
  router.on("hello", [](Session& session) {
    BOOST_TEST((notify(session, "tick", {1}) == SendResult::queued));
    return "hi";
  });
  BOOST_TEST(send(R"({"jsonrpc":"2.0","method":"hello","id":1})") ==
             "{\"jsonrpc\":\"2.0\",\"method\":\"tick\",\"params\":[1]}\n"
             "{\"jsonrpc\":\"2.0\",\"result\":\"hi\",\"id\":1}\n");
}

BOOST_AUTO_TEST_CASE(an_option_that_is_nothing_is_refused) {
  const JsonRouter router;
  for (const JsonRpcOptions& wrong :
       {JsonRpcOptions{.max_in_flight = 0}, JsonRpcOptions{.max_batch = 0},
        JsonRpcOptions{.depth = 0}, JsonRpcOptions{.max_id = 0}}) {
    BOOST_CHECK_THROW(static_cast<void>(json_rpc(router, wrong)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
