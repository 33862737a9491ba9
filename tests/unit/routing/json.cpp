// Handlers with types of their own: what of a request becomes their parameters, and what their
// results become.
#include "weir/routing/json.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "unit/routing/rpc_case.hpp"

using namespace weir;
using namespace weir::test;

namespace json_case {

struct Add {
  int x = 0;
  int y = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Add, x, y)

struct Point {
  double x = 0;
  float y = 0;
  std::string name;
  bool seen = false;
  std::vector<std::uint8_t> tags;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Point, x, y, name, seen, tags)

/// Can be read and not written.
struct OnlyRead {
  int value = 0;
};
void from_json(const Json& from, OnlyRead& to) { from.at("value").get_to(to.value); }

/// A number that travels as a text.
struct Big {
  std::int64_t value = 0;
};
void from_json(const Json& from, Big& to) { to.value = std::stoll(from.get<std::string>()); }
void to_json(Json& to, const Big& from) { to = from.value; }

}  // namespace json_case

using namespace json_case;

BOOST_AUTO_TEST_SUITE(json_handlers)

BOOST_FIXTURE_TEST_CASE(an_array_gives_the_parameters_in_their_order, Rpc) {
  router.on("sub", [](int x, int y) { return x - y; });
  BOOST_TEST(call("sub", "[5,3]") == "2");
  BOOST_TEST(call("sub", "[5]") == "-32602: parameter 2: missing");
  BOOST_TEST(call("sub", "[]") == "-32602: parameter 1: missing");
  BOOST_TEST(call("sub", "") == "-32602: parameter 1: missing");
  BOOST_TEST(call("sub", "[5,3,1]") == "-32602: expected 2 parameters, got 3");
  BOOST_TEST(call("sub", R"({"x":5,"y":3})") == "-32602: expected an array of 2 parameters");
  BOOST_TEST(call("sub", R"(["5",3])") == "-32602: parameter 1: expected a whole number");
}

BOOST_FIXTURE_TEST_CASE(who_takes_nothing_gets_nothing, Rpc) {
  router.on("now", [] { return 7; });
  router.on("look", [](const Context& context) { return context.route().name; });
  for (const char* params : {"", "[]", "{}"}) BOOST_TEST(call("now", params) == "7");
  BOOST_TEST(call("now", "[1]") == "-32602: expected no parameters, got 1");
  BOOST_TEST(call("now", R"({"a":1,"b":2})") == "-32602: expected no parameters, got 2");
  BOOST_TEST(call("look", "[1]") == R"("look")");
}

BOOST_FIXTURE_TEST_CASE(one_parameter_is_the_object_or_what_the_array_holds, Rpc) {
  router.on("add", [](Add add) { return add.x + add.y; });
  router.on("count", [](const std::vector<int>& numbers) { return numbers.size(); });
  router.on("len", [](std::string_view text) { return text.size(); });
  BOOST_TEST(call("add", R"({"x":1,"y":2})") == "3");
  BOOST_TEST(call("add", R"([{"x":1,"y":2}])") == "3");
  BOOST_TEST(call("add", R"({"x":1})") == "-32602: parameter 1: key 'y' not found");
  BOOST_TEST(call("add", R"({"x":1,"y":"2"})") ==
             "-32602: parameter 1: type must be number, but is string");
  BOOST_TEST(call("add", "[1,2]") == "-32602: expected 1 parameter, got 2");
  BOOST_TEST(call("count", "[[1,2,3]]") == "3");
  BOOST_TEST(call("count", "[1]") == "-32602: parameter 1: type must be array, but is number");
  BOOST_TEST(call("len", R"(["four"])") == "4");
  BOOST_TEST(call("len", "[4]") == "-32602: parameter 1: expected a string");
}

BOOST_FIXTURE_TEST_CASE(one_json_is_params_as_they_are, Rpc) {
  router.on("same", [](const Json& params) { return params; });
  for (const char* params : {"[1,[2]]", "[]", "{}", R"({"a":[]})", R"([{"a":1}])"}) {
    BOOST_TEST(call("same", params) == params);
  }
  BOOST_TEST(call("same", "") == "null");
  router.on("second", [](int, Json second) { return second; });
  BOOST_TEST(call("second", R"([1,{"a":2}])") == R"({"a":2})");
}

BOOST_FIXTURE_TEST_CASE(the_last_ones_may_be_optional, Rpc) {
  router.on("pad", [](const std::string& text, std::optional<int> width,
                      const std::optional<std::string>& with) {
    return text + "/" + std::to_string(width.value_or(-1)) + "/" + with.value_or("none");
  });
  BOOST_TEST(call("pad", R"(["a"])") == R"("a/-1/none")");
  BOOST_TEST(call("pad", R"(["a",3])") == R"("a/3/none")");
  BOOST_TEST(call("pad", R"(["a",null,"x"])") == R"("a/-1/x")");
  BOOST_TEST(call("pad", R"(["a",3,"x",1])") == "-32602: expected 3 parameters, got 4");
  BOOST_TEST(call("pad", R"(["a","x"])") == "-32602: parameter 2: expected a whole number");
  router.on("maybe", [](std::optional<Add> add) { return add ? add->x : -1; });
  BOOST_TEST(call("maybe", "") == "-1");
  BOOST_TEST(call("maybe", R"({"x":4,"y":0})") == "4");
}

BOOST_FIXTURE_TEST_CASE(named_parameters_come_by_name_or_by_place, Rpc) {
  router.on("sub", named({"x", "y"}, [](int x, int y) { return x - y; }));
  BOOST_TEST(call("sub", R"({"y":3,"x":5})") == "2");
  BOOST_TEST(call("sub", "[5,3]") == "2");
  BOOST_TEST(call("sub", R"({"x":5})") == "-32602: y: missing");
  BOOST_TEST(call("sub", R"({"x":5,"y":3,"z":1})") == R"(-32602: there is no parameter "z")");
  BOOST_TEST(call("sub", R"({"x":5,"y":"3"})") == "-32602: y: expected a whole number");
  BOOST_TEST(call("sub", "") == "-32602: x: missing");
  router.on("one", named({"j"}, [](const Json& j) { return j; }));
  BOOST_TEST(call("one", R"({"j":[1]})") == "[1]");
  router.on("opt", named({"a", "b"}, [](Session&, std::optional<int> a, std::optional<int> b) {
              return a.value_or(0) * 10 + b.value_or(0);
            }));
  BOOST_TEST(call("opt", R"({"b":2})") == "2");
  BOOST_TEST(call("opt", R"({"a":1,"b":null})") == "10");
  BOOST_TEST(call("opt", "{}") == "0");
  BOOST_TEST(call("opt", "") == "0");
}

BOOST_FIXTURE_TEST_CASE(a_whole_number_is_never_cut_to_fit, Rpc) {
  router.on("int", [](int x) { return x; });
  for (const char* good : {"0", "-1", "2147483647", "-2147483648", "2.0", "2e0", "-0.0"}) {
    BOOST_TEST(call("int", "[" + std::string(good) + "]") ==
               std::to_string(static_cast<int>(std::stod(good))));
  }
  for (const char* bad : {"1.5", "\"1\"", "true", "null", "[1]", "{}", "1e-9"}) {
    BOOST_TEST(call("int", "[" + std::string(bad) + "]") ==
               "-32602: parameter 1: expected a whole number");
  }
  for (const char* bad : {"1e10", "2147483648", "-2147483649", "1e300", "-1e300",
                          "18446744073709551615", "123456789012345678901234567890"}) {
    BOOST_TEST(call("int", "[" + std::string(bad) + "]") ==
               "-32602: parameter 1: expected a whole number from -2147483648 to 2147483647");
  }
  router.on("u8", [](std::uint8_t x) { return x; });
  router.on("u64", [](std::uint64_t x) { return x; });
  router.on("i64", [](std::int64_t x) { return x; });
  BOOST_TEST(call("u8", "[255]") == "255");
  BOOST_TEST(call("u8", "[256]") == "-32602: parameter 1: expected a whole number from 0 to 255");
  BOOST_TEST(call("u8", "[-1]") == "-32602: parameter 1: expected a whole number from 0 to 255");
  BOOST_TEST(call("u64", "[18446744073709551615]") == "18446744073709551615");
  BOOST_TEST(call("u64", "[18446744073709551616]").starts_with("-32602"));
  BOOST_TEST(call("i64", "[-9223372036854775808]") == "-9223372036854775808");
  BOOST_TEST(call("i64", "[9223372036854775808]").starts_with("-32602"));
}

BOOST_FIXTURE_TEST_CASE(nor_is_one_inside_of_a_structure, Rpc) {
  router.on("add", [](Add add) { return add.x + add.y; });
  const std::string refused = "-32602: parameter 1: a number does not fit";
  BOOST_TEST(call("add", R"({"x":1.5,"y":2})") == refused);
  BOOST_TEST(call("add", R"({"x":1e10,"y":2})") == refused);
  BOOST_TEST(call("add", R"({"x":4294967297,"y":2})") == refused);
  BOOST_TEST(call("add", R"({"x":true,"y":2})") == refused);
  BOOST_TEST(call("add", R"({"x":-1000,"y":2.0,"z":1e300})") == "-998");
  router.on("tags", [](const Point& point) { return point; });
  BOOST_TEST(call("tags", R"({"tags":[1,256]})") == refused);
  BOOST_TEST(call("tags", R"({"tags":[-1]})") == refused);
  BOOST_TEST(call("tags", R"({"x":0.1,"y":0.25,"name":"n","seen":true,"tags":[255]})") ==
             R"({"name":"n","seen":true,"tags":[255],"x":0.1,"y":0.25})");
  router.on("ints", [](const std::map<std::string, std::vector<int>>& all) { return all; });
  BOOST_TEST(call("ints", R"({"a":[1,-5]})") == R"({"a":[1,-5]})");
  BOOST_TEST(call("ints", R"({"a":[1,0.5]})") == refused);
  router.on("read", [](const OnlyRead& read) { return read.value; });
  BOOST_TEST(call("read", R"({"value":300})") == "300");
  router.on("big", [](Big big) { return big; });
  BOOST_TEST(call("big", R"(["-4294967297"])") == "-4294967297");
}

BOOST_FIXTURE_TEST_CASE(numbers_with_fractions_take_every_number_that_they_hold, Rpc) {
  router.on("half", [](double x) { return x / 2; });
  BOOST_TEST(call("half", "[3]") == "1.5");
  BOOST_TEST(call("half", "[1e300]") == "5e+299");
  BOOST_TEST(call("half", R"(["3"])") == "-32602: parameter 1: expected a number");
  BOOST_TEST(call("half", "[true]") == "-32602: parameter 1: expected a number");
  router.on("float", [](float x) { return x; });
  BOOST_TEST(call("float", "[1e300]") == "-32602: parameter 1: the number is too large");
}

BOOST_FIXTURE_TEST_CASE(an_error_stays_short_whatever_came, Rpc) {
  router.on("sub", named({"x", "y"}, [](int x, int y) { return x - y; }));
  const std::string longest(100'000, 'n');
  BOOST_TEST(
      say(R"({"jsonrpc":"2.0","method":"sub","params":{")" + longest + R"(":1},"id":1})").size() <
      300U);
  BOOST_TEST(
      say(R"({"jsonrpc":"2.0","method":"sub","params":[")" + longest + R"("],"id":1})").size() <
      300U);
}

BOOST_FIXTURE_TEST_CASE(results_are_what_to_json_makes_of_them, Rpc) {
  router.on("none", [] {});
  router.on("yes", [] { return true; });
  router.on("char", [] { return std::uint8_t{200}; });
  router.on("least", [] { return std::numeric_limits<std::int64_t>::min(); });
  router.on("text", [] { return "a\"b\\\n\x01"; });
  router.on("utf8", [] { return std::string("\xe2\x82\xac"); });
  router.on("add", [] { return Add{1, 2}; });
  router.on("list", [] { return std::vector<std::string>{"a", "b"}; });
  router.on("nothing", [] { return std::optional<Add>(); });
  router.on("something", [] { return std::optional<int>(4); });
  router.on("nan", [] { return std::numeric_limits<double>::quiet_NaN(); });
  router.on("null", [] { return nullptr; });
  BOOST_TEST(call("none", "") == "null");
  BOOST_TEST(call("yes", "") == "true");
  BOOST_TEST(call("char", "") == "200");
  BOOST_TEST(call("least", "") == "-9223372036854775808");
  BOOST_TEST(call("text", "") == R"("a\"b\\\n\u0001")");
  BOOST_TEST(call("utf8", "") == "\"\xe2\x82\xac\"");
  BOOST_TEST(call("add", "") == R"({"x":1,"y":2})");
  BOOST_TEST(call("list", "") == R"(["a","b"])");
  BOOST_TEST(call("nothing", "") == "null");
  BOOST_TEST(call("something", "") == "4");
  BOOST_TEST(call("nan", "") == "null");
  BOOST_TEST(call("null", "") == "null");
}

BOOST_FIXTURE_TEST_CASE(a_result_that_is_no_utf_8_is_an_internal_error, Rpc) {
  router.on("text", [] { return std::string("\xff\xfe"); });
  router.on("deep", [] { return Json{{"a", "\xc0"}}; });
  router.on("later", [](JsonResponder responder) { BOOST_TEST(responder.reply("\xff")); });
  for (const char* method : {"text", "deep", "later"}) {
    BOOST_TEST(call(method, "") == "-32603: Internal error");
  }
  BOOST_TEST(bench.logged("route 'text': [json.exception.type_error.316]") == 1U);
  BOOST_TEST(bench.open());
}

BOOST_FIXTURE_TEST_CASE(a_handler_says_no_in_its_own_words, Rpc) {
  router.on("refusal", []() -> int { throw Refusal("not today", 17); });
  router.on("data", []() -> int { throw json_refusal(18, "no", {{"left", 0}}); });
  router.on("plain", []() -> int { throw Refusal("just no"); });
  router.on("result", []() -> Result<int> { return Error{"gone", 5}; });
  router.on("fine", []() -> Result<int> { return 5; });
  router.on("odd", []() -> int {
    throw Refusal(Failure{.kind = FailureKind::refused, .message = "\xff", .data = "not json"});
  });
  router.on("boom", []() -> int { throw std::runtime_error("secret"); });
  const auto error = [this](const std::string& method) {
    return Json::parse(say(R"({"jsonrpc":"2.0","id":1,"method":")" + method + "\"}"))["error"]
        .dump();
  };
  BOOST_TEST(error("refusal") == R"({"code":17,"message":"not today"})");
  BOOST_TEST(error("data") == R"({"code":18,"data":{"left":0},"message":"no"})");
  BOOST_TEST(error("plain") == R"({"code":-32004,"message":"just no"})");
  BOOST_TEST(error("result") == R"({"code":5,"message":"gone"})");
  BOOST_TEST(call("fine", "") == "5");
  BOOST_TEST(error("odd") ==
             "{\"code\":-32004,\"data\":\"not json\",\"message\":\"\xef\xbf\xbd\"}");
  BOOST_TEST(bench.warnings() == 0U);
  BOOST_TEST(error("boom") == R"({"code":-32603,"message":"Internal error"})");
  BOOST_TEST(bench.logged("route 'boom': secret") == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_responder_takes_values_and_answers_later, Rpc) {
  std::vector<JsonResponder> waiting;
  router.on("wait", [&](int x, JsonResponder responder) {
    BOOST_TEST(x == 3);
    waiting.push_back(std::move(responder));
  });
  router.on("raw", [](Responder responder) { responder.reply("[1,2]"); });
  BOOST_TEST(call("raw", "") == "[1,2]");
  BOOST_TEST(call("wait", "[3]") == "no answer");
  BOOST_TEST(waiting.front().reply(Add{1, 2}));
  BOOST_TEST(!waiting.front().reply(4));
  run();
  BOOST_TEST(take() == "{\"jsonrpc\":\"2.0\",\"result\":{\"x\":1,\"y\":2},\"id\":1}\n");
}

BOOST_AUTO_TEST_SUITE_END()
