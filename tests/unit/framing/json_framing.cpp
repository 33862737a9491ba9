// JSON over other framings: frames that are documents, frames that are none, and the way back.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "unit/framing/script.hpp"
#include "weir/framing/any.hpp"
#include "weir/framing/json.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

static_assert(MessageFraming<JsonFraming<LineFraming>>);
static_assert(!MessageFraming<LineFraming>);
static_assert(LimitedFraming<JsonFraming<LineFraming>>);
static_assert(!LimitedFraming<JsonFraming<RawFraming>>);

namespace {

/// The values of `script`, as text, one behind the other.
template <MessageFraming F>
std::string values_of(F framing, std::string_view script) {
  std::string values;
  while (!script.empty()) {
    const Decoded decoded = framing.decode(script);
    if (decoded.kind() != Kind::frame) {
      break;
    }
    values += framing.message().dump() + " ";
    script.remove_prefix(decoded.consumed());
  }
  return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_framing)

BOOST_AUTO_TEST_CASE(a_frame_is_a_document_however_it_is_cut) {
  expect_frames(json_lines(), "{\"a\":1}\r\n[ ]\n\"\xc3\xa4\"\nnull",
                {"{\"a\":1}", "[ ]", "\"\xc3\xa4\""}, "null");
  expect_frames(length_prefix(1) | json,
                "\2{}\1"
                "0\6[1,\n2]",
                {"{}", "0", "[1,\n2]"});
  expect_frames(content_length() | json, "Content-Length: 7\r\n\r\n{\"a\":1}", {"{\"a\":1}"});
  expect_frames(AnyFraming(delimiter(";")) | json, "1;2;", {"1", "2"});
}

BOOST_AUTO_TEST_CASE(the_value_is_there_when_the_frame_is) {
  BOOST_TEST(values_of(json_lines(), "{ \"a\" : 1 }\n[ 1 ]\n7\n") == R"({"a":1} [1] 7 )");
  BOOST_TEST(values_of(length_prefix(1) | json,
                       "\5[[2]]\1"
                       "1") == "[[2]] 1 ");
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_no_document_ends_the_stream) {
  expect_error(json_lines(), "{}\n{]\n{}\n", {"{}"}, Kind::malformed,
               R"(JSON at byte 1 near "{]": unexpected ']'; expected string literal)");
  expect_error(json_lines(), "\n", {}, Kind::malformed, parse_json("").error().message);
  expect_error(length_prefix(1) | json,
               "\2{}\3"
               "1 2",
               {"{}"}, Kind::malformed, parse_json("1 2").error().message);
}

BOOST_AUTO_TEST_CASE(what_is_no_frame_is_the_inner_framings_to_say) {
  expect_error(length_prefix({.max = 4}) | json, "\0\0\0\5[1,2]"sv, {}, Kind::too_large,
               "frame of 5 bytes, the limit is 4");
  expect_error(content_length() | json, "{}", {}, Kind::malformed, "no name of a header field");
}

BOOST_AUTO_TEST_CASE(a_document_is_looked_at_when_all_of_it_is_there) {
  JsonFraming<LengthPrefixFraming> framing = length_prefix(1) | json;
  BOOST_TEST((framing.decode("\3[x").kind() == Kind::need_more));
  BOOST_TEST((framing.decode("\3[x]").kind() == Kind::malformed));
}

BOOST_AUTO_TEST_CASE(the_limits_are_the_programs) {
  expect_frames(lines() | json(JsonLimits{.depth = 2}), "[[1]]\n", {"[[1]]"});
  expect_error(lines() | json({.depth = 2}), "[[[1]]]\n", {}, Kind::malformed,
               R"(JSON at byte 2 near "[[[": nested deeper than 2)");
  expect_error(json_lines({.max = 8}, {.depth = 1}), "[[]]\n", {}, Kind::malformed,
               R"(JSON at byte 1 near "[[": nested deeper than 1)");
  expect_error(json_lines({.max = 3}), "[[]]\n", {}, Kind::too_large,
               "frame of more than 3 bytes, which is the limit");
}

BOOST_AUTO_TEST_CASE(the_servers_limit_reaches_the_inner_framing) {
  JsonFraming<LineFraming> framing = json_lines();
  framing.set_default_max(3);
  expect_error(framing, "[1]\n[10]\n", {"[1]"}, Kind::too_large,
               "frame of more than 3 bytes, which is the limit");
}

BOOST_AUTO_TEST_CASE(a_value_that_was_taken_away_is_gone) {
  JsonFraming<LineFraming> framing = json_lines();
  BOOST_TEST((framing.decode("[1]\n").kind() == Kind::frame));
  const nlohmann::json taken = std::move(framing.message());
  BOOST_TEST(taken.dump() == "[1]");
  BOOST_TEST(framing.message().is_null());
}

BOOST_AUTO_TEST_CASE(a_value_is_sent_as_text_without_blanks) {
  const auto sent = [](const auto& framing, const nlohmann::json& value) {
    Buffer output;
    BOOST_TEST(framing.encode(framing.payload_of(value).value(), output).ok());
    return std::string(output.view());
  };
  const nlohmann::json value{{"a", {1, 2.5, nullptr}}, {"b", "\n\xc3\xa4"}};
  BOOST_TEST(sent(json_lines(), value) == "{\"a\":[1,2.5,null],\"b\":\"\\n\xc3\xa4\"}\n");
  BOOST_TEST(sent(length_prefix(1) | json, nlohmann::json::array()) == "\2[]");
}

BOOST_AUTO_TEST_CASE(a_value_that_json_has_no_text_for_is_an_error) {
  const auto mistake = [](const std::string& text) {
    return json_text(nlohmann::json{{"a", text}}).error().message;
  };
  BOOST_TEST(mistake("a\xff"
                     "b") == "JSON value: invalid UTF-8 byte at index 1: 0xFF");
  BOOST_TEST(mistake("a\xc3") == "JSON value: incomplete UTF-8 string; last byte: 0xC3");
}

BOOST_AUTO_TEST_CASE(text_goes_out_as_it_is) {
  Buffer output;
  BOOST_TEST(json_lines().encode("{ } ", output).ok());
  BOOST_TEST(output.view() == "{ } \n");
  BOOST_TEST(refusal(json_lines(), "{\n}") != "");
  BOOST_TEST(refusal(length_prefix(1) | json, std::string(256, '1')) ==
             "message of 256 bytes, a length of 1 byte says at most 255");
}

BOOST_AUTO_TEST_SUITE_END()
