// JSON from strangers: what is a document, what is none and where, and what neither may cost.
#include "weir/framing/json.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "unit/framing/counting_new.hpp"

using namespace weir;
using weir::test::allocations;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// The document as nlohmann writes it, or the error.
std::string parsed(std::string_view text, const JsonLimits& limits = {}) {
  const Result<nlohmann::json> document = parse_json(text, limits);
  return document.ok() ? document.value().dump() : document.error().message;
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parse_json_values)

BOOST_AUTO_TEST_CASE(a_document_is_the_value_that_it_says) {
  for (const char* text :
       {"null", "true", "false", "0", "-1", "18446744073709551615", "-9223372036854775808", "0.5",
        "1e+300", R"("")", R"("text")", "[]", "{}", "[1,[2,[]],{}]",
        R"({"a":{"b":[1,{"c":null}]},"d":[],"e":"f"})", R"([{"a":[]},{"a":{}},"b",{"a":1.5}])"}) {
    BOOST_TEST(parsed(text) == text);
  }
}

BOOST_AUTO_TEST_CASE(blanks_may_stand_around_everything_and_nothing_else_may) {
  BOOST_TEST(parsed(" \t\r\n{ \"a\" :\n[ 1 , 2 ] } \r\n\t ") == R"({"a":[1,2]})");
  BOOST_TEST(parsed("[]\v").starts_with("JSON at byte 2 near"));
  BOOST_TEST(parsed("\xef\xbb\xbf[]") == "[]");
}

BOOST_AUTO_TEST_CASE(strings_are_utf_8_with_the_escapes_of_json) {
  BOOST_TEST(parsed(R"("\u00e4\n\"\\\/\ud834\udd1e")") ==
             "\"\xc3\xa4\\n\\\"\\\\/\xf0\x9d\x84\x9e\"");
  BOOST_TEST(parsed("\"\xe2\x82\xac\"") == "\"\xe2\x82\xac\"");
  BOOST_TEST(parse_json(R"("a\u0000b")").value() == "a\0b"s);
}

BOOST_AUTO_TEST_CASE(of_two_members_with_the_same_name_the_last_one_counts) {
  BOOST_TEST(parsed(R"({"a":1,"b":2,"a":[3]})") == R"({"a":[3],"b":2})");
  BOOST_TEST(parsed(R"({"a":{"b":1},"a":{"c":2}})") == R"({"a":{"c":2}})");
}

BOOST_AUTO_TEST_CASE(an_integer_that_64_bits_do_not_hold_is_a_double) {
  BOOST_TEST(parse_json("18446744073709551615").value().is_number_unsigned());
  BOOST_TEST(parse_json("18446744073709551616").value().is_number_float());
  BOOST_TEST(parse_json("-9223372036854775809").value().is_number_float());
  BOOST_TEST(parsed("1e-999") == "0.0");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(parse_json_mistakes)

BOOST_AUTO_TEST_CASE(a_mistake_is_told_with_its_place_and_what_stands_before_it) {
  BOOST_TEST(parsed("[1, x]") == R"(JSON at byte 4 near "[1, x": invalid literal)");
  BOOST_TEST(parsed(R"({"a" 1})") ==
             R"(JSON at byte 5 near "{\"a\" 1": unexpected number literal; expected ':')");
  BOOST_TEST(
      parsed("0123456789abcdef0123") ==
      R"(JSON at byte 9 near "0123456789": unexpected number literal; expected end of input)");
  BOOST_TEST(
      parsed(R"(["0123456789abcdef" "b"])") ==
      R"(JSON at byte 22 near "56789abcdef\" \"b\"": unexpected string literal; expected ']')");
}

BOOST_AUTO_TEST_CASE(half_a_document_is_none) {
  const std::string_view whole = R"({"a":[1.5,"b\u00e4",true],"c":{}})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string mistake = parsed(whole.substr(0, size));
    BOOST_TEST(mistake.starts_with("JSON at byte " + std::to_string(size) + " near "), mistake);
  }
  BOOST_TEST(parsed(whole) == "{\"a\":[1.5,\"b\xc3\xa4\",true],\"c\":{}}");
  BOOST_TEST(parsed("") == R"(JSON at byte 0 near "": unexpected end of input; expected '[', '{', )"
                           "or a literal");
}

BOOST_AUTO_TEST_CASE(nothing_stands_behind_the_value) {
  for (const std::string_view text :
       {"{}{}"sv, "1 2"sv, "[]]"sv, "null,"sv, "{} x"sv, "[]\0"sv, "{}\0{}"sv, "1\0"sv,
        "[] //comment"sv, "[1,]"sv, "{\"a\":1,}"sv}) {
    BOOST_TEST(parsed(text).starts_with("JSON at byte "), parsed(text));
  }
}

BOOST_AUTO_TEST_CASE(a_zero_byte_is_nowhere_right) {
  BOOST_TEST(parsed("{}\0garbage"sv) == R"(JSON at byte 2 near "{}\x00": a zero byte)");
  BOOST_TEST(parsed("\0"sv) == R"(JSON at byte 0 near "\x00": a zero byte)");
  BOOST_TEST(parsed("\"a\0b\""sv) == R"(JSON at byte 2 near "\"a\x00": a zero byte)");
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_json_is_refused) {
  for (const char* text :
       {"NaN",    "Infinity",  "-Infinity",   "nan",      "undefined", "'a'", "{a:1}",
        "+1",     ".5",        "5.",          "01",       "0x10",      "1e",  "-",
        "True",   "/**/1",     "[1 2]",       "{1:2}",    "[,]",       "{,}", "\"a",
        "\"\t\"", "\"\\x41\"", "\"\\ud800\"", "\"\\u12\""}) {
    BOOST_TEST(parsed(text).starts_with("JSON at byte "), text << " gives " << parsed(text));
  }
}

BOOST_AUTO_TEST_CASE(a_number_that_no_double_holds_is_refused) {
  BOOST_TEST(parsed("1e999") == R"(JSON at byte 4 near "1e999": number that no double holds)");
  BOOST_TEST(parsed("[-1e999]").ends_with("number that no double holds"));
  BOOST_TEST(parsed(std::string(100'000, '9')).ends_with("number that no double holds"));
  BOOST_TEST(parse_json("0." + std::string(100'000, '1')).ok());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf_8_are_refused) {
  for (const std::string bytes : {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
                                  "\xf4\x90\x80\x80", "\xe2\x82", "\xf8\x88\x80\x80\x80"}) {
    const std::string mistake = parsed("[\"" + bytes + "\"]");
    BOOST_TEST(mistake.ends_with("invalid string: ill-formed UTF-8 byte"), mistake);
  }
}

BOOST_AUTO_TEST_CASE(an_error_is_short_and_safe_to_print) {
  const std::string control(100'000, '\x1b');
  for (const std::string& text :
       {"\"" + std::string(100'000, 'x'), control, "\"" + control, "[" + control,
        "{\"" + std::string(100'000, 'x') + "\" - ; last read: ", std::string(100'000, '9'),
        std::string(100'000, '['), "1" + std::string(100'000, 'x')}) {
    const std::string mistake = parsed(text);
    BOOST_TEST(mistake.starts_with("JSON at byte "));
    BOOST_TEST(mistake.size() < 250U);
    BOOST_TEST(mistake.find_first_not_of(
                   " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                   "abcdefghijklmnopqrstuvwxyz{|}~") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(parse_json_depth)

BOOST_AUTO_TEST_CASE(the_limit_passes_and_one_more_does_not) {
  for (const auto& [open, close] :
       {std::pair{"[", "]"}, std::pair{"{\"a\":", "}"}, std::pair{"[1,null,", "]"}}) {
    BOOST_TEST(parse_json(nested(64, open, close)).ok());
    BOOST_TEST(!parse_json(nested(65, open, close)).ok());
  }
  BOOST_TEST(parsed(nested(65, "[", "]")) ==
             R"(JSON at byte 64 near "[[[[[[[[[[[[[[[[": nested deeper than 64)");
}

BOOST_AUTO_TEST_CASE(the_limit_is_the_programs) {
  BOOST_TEST(parsed("1", {.depth = 0}) == "1");
  BOOST_TEST(parsed("[]", {.depth = 0}) == R"(JSON at byte 0 near "[": nested deeper than 0)");
  BOOST_TEST(parsed("[[]]", {.depth = 2}) == "[[]]");
  BOOST_TEST(parsed(R"([{}, {"a": {}}])", {.depth = 2}) ==
             R"(JSON at byte 11 near "[{}, {\"a\": {": nested deeper than 2)");
  BOOST_TEST(parse_json(nested(1000, "[", "]"), {.depth = 1000}).ok());
}

BOOST_AUTO_TEST_CASE(arrays_side_by_side_are_not_deep) {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += "[[]],{},";
  BOOST_TEST(parse_json(text + "[]]", {.depth = 3}).ok());
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_arrays_cost_what_the_limit_allows) {
  const std::string arrays(100'000, '[');
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"\":";
  for (const std::string& text : {arrays, objects}) {
    const std::size_t before = allocations();
    const bool refused = !parse_json(text).ok();
    const std::size_t after = allocations();
    BOOST_TEST(refused);
    BOOST_TEST(after - before < 200U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
