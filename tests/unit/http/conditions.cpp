// Entity tags and what requests ask of them: RFC 9110, sections 8.8.3 and 13.
#include "weir/http/conditions.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace weir::http;

namespace {

constexpr std::int64_t modified = 784'111'777;
constexpr std::int64_t now = 1'650'000'000;
constexpr std::string_view same_date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view later = "Sun, 06 Nov 1994 08:49:38 GMT";

const Validators strong = {.tag = EntityTag{"a"}, .modified = modified};
const Validators weak = {.tag = EntityTag{"a", true}, .modified = modified};
const Validators nothing = {.exists = false};
const Validators unknown = {};

Headers fields(const std::vector<Header>& list) {
  Headers headers;
  for (const Header& header : list) headers.add(header.name, header.value);
  return headers;
}

/// 0 where the request goes on.
int answer(const std::vector<Header>& list, const Validators& current = strong,
           std::string_view method = "GET") {
  switch (evaluate(method, fields(list), current, now)) {
    case Condition::proceed:
      return 0;
    case Condition::not_modified:
      return 304;
    case Condition::precondition_failed:
      return 412;
  }
  return -1;
}

bool applies(std::string_view value, const Validators& current, std::int64_t at = now) {
  return range_applies(fields({{"If-Range", value}}), current, at);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_conditions)

BOOST_AUTO_TEST_CASE(an_entity_tag_is_quoted_and_perhaps_weak) {
  BOOST_TEST(parse_entity_tag("\"a\\b\"")->opaque == "a\\b");
  BOOST_TEST(parse_entity_tag("\"\"")->opaque.empty());
  BOOST_TEST(parse_entity_tag("W/\"\xc3\xa9\"")->weak);
  for (const std::string_view text : {"", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/ \"a\"", "W/",
                                      "\"a b\"", "\"a\"b\"", "\"a\x7f\"", "*"}) {
    BOOST_TEST(!parse_entity_tag(text).has_value(), text);
  }
  BOOST_TEST(format_entity_tag({"x", true}).value() == "W/\"x\"");
  BOOST_TEST(format_entity_tag({"x"}).value() == "\"x\"");
  BOOST_TEST(!format_entity_tag({"a\"b"}).has_value());
  BOOST_TEST(!format_entity_tag({"a\r\n"}).has_value());
}

BOOST_AUTO_TEST_CASE(tags_are_taken_off_a_list_one_by_one) {
  std::string_view list = " ,\"a,b\\\" , W/\"c\",,\"d\" ";
  BOOST_TEST(take_entity_tag(list)->opaque == "a,b\\");
  BOOST_TEST(take_entity_tag(list)->weak);
  BOOST_TEST(take_entity_tag(list)->opaque == "d");
  BOOST_TEST(!take_entity_tag(list).has_value());
  for (std::string_view wrong : {"", "a", "a \"b\"", "\"a", "\"a\" \"b\"", "\"a\"x"}) {
    BOOST_TEST(!take_entity_tag(wrong).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_request_without_conditions_goes_on) {
  BOOST_TEST(answer({}) == 0);
  BOOST_TEST(answer({}, nothing) == 0);
}

BOOST_AUTO_TEST_CASE(if_match_compares_strongly) {
  BOOST_TEST(answer({{"If-Match", "\"b\", \"a\""}}) == 0);
  BOOST_TEST(answer({{"If-Match", "\"b\""}, {"if-match", "\"a\""}}) == 0);
  BOOST_TEST(answer({{"If-Match", "\"b\""}}) == 412);
  BOOST_TEST(answer({{"If-Match", "W/\"a\""}}) == 412);
  BOOST_TEST(answer({{"If-Match", "\"a\""}}, weak) == 412);
  BOOST_TEST(answer({{"If-Match", "\"a\""}}, unknown) == 412);
  BOOST_TEST(answer({{"If-Match", "\"a\""}}, nothing, "PUT") == 412);
  BOOST_TEST(answer({{"If-Match", "*"}}) == 0);
  BOOST_TEST(answer({{"If-Match", "*"}}, unknown) == 0);
  BOOST_TEST(answer({{"If-Match", "*"}}, nothing, "PUT") == 412);
  BOOST_TEST(answer({{"If-Match", "a"}}) == 412);
}

BOOST_AUTO_TEST_CASE(if_none_match_compares_weakly) {
  BOOST_TEST(answer({{"If-None-Match", "\"b\", W/\"a\""}}) == 304);
  BOOST_TEST(answer({{"If-None-Match", "\"a\""}}, weak, "HEAD") == 304);
  BOOST_TEST(answer({{"If-None-Match", "\"a\""}}, strong, "PUT") == 412);
  BOOST_TEST(answer({{"If-None-Match", "\"b\""}}) == 0);
  BOOST_TEST(answer({{"If-None-Match", "*"}}, unknown, "PUT") == 412);
  BOOST_TEST(answer({{"If-None-Match", "*"}}, nothing, "PUT") == 0);
  BOOST_TEST(answer({{"If-None-Match", "a"}}) == 0);
}

BOOST_AUTO_TEST_CASE(dates_are_compared_in_seconds) {
  BOOST_TEST(answer({{"If-Modified-Since", same_date}}) == 304);
  BOOST_TEST(answer({{"If-Modified-Since", later}}) == 304);
  BOOST_TEST(answer({{"If-Modified-Since", earlier}}) == 0);
  BOOST_TEST(answer({{"If-Modified-Since", same_date}}, strong, "POST") == 0);
  BOOST_TEST(answer({{"If-Modified-Since", "yesterday"}}) == 0);
  BOOST_TEST(answer({{"If-Modified-Since", same_date}}, unknown) == 0);
  BOOST_TEST(answer({{"If-Modified-Since", later}, {"If-Modified-Since", later}}) == 0);
  BOOST_TEST(answer({{"If-Unmodified-Since", same_date}}) == 0);
  BOOST_TEST(answer({{"If-Unmodified-Since", earlier}}) == 412);
  BOOST_TEST(answer({{"If-Unmodified-Since", earlier}}, strong, "PUT") == 412);
  BOOST_TEST(answer({{"If-Unmodified-Since", "yesterday"}}) == 0);
  BOOST_TEST(answer({{"If-Unmodified-Since", earlier}}, unknown) == 0);
}

BOOST_AUTO_TEST_CASE(tags_go_before_dates_and_412_before_304) {
  BOOST_TEST(answer({{"If-Match", "\"a\""}, {"If-Unmodified-Since", earlier}}) == 0);
  BOOST_TEST(answer({{"If-None-Match", "\"b\""}, {"If-Modified-Since", same_date}}) == 0);
  BOOST_TEST(answer({{"If-None-Match", "\"a\""}, {"If-Modified-Since", earlier}}) == 304);
  BOOST_TEST(answer({{"If-None-Match", "\"a\""}, {"If-Match", "\"b\""}}) == 412);
  BOOST_TEST(answer({{"If-Unmodified-Since", earlier}, {"If-None-Match", "\"a\""}}) == 412);
  BOOST_TEST(answer({{"If-Match", "\"a\""}, {"If-Modified-Since", same_date}}) == 304);
}

BOOST_AUTO_TEST_CASE(a_range_applies_to_exactly_what_the_client_has) {
  BOOST_TEST(range_applies({}, strong, now));
  BOOST_TEST(applies("\"a\"", strong));
  BOOST_TEST(!applies("\"b\"", strong));
  BOOST_TEST(!applies("W/\"a\"", strong));
  BOOST_TEST(!applies("\"a\"", weak));
  BOOST_TEST(!applies("\"a\"", unknown));
  BOOST_TEST(!applies("\"a\"", nothing));
  BOOST_TEST(applies(same_date, strong));
  BOOST_TEST(!applies(later, strong));
  BOOST_TEST(!applies(earlier, strong));
  BOOST_TEST(!applies(same_date, strong, modified + 59));
  BOOST_TEST(applies(same_date, strong, modified + 60));
  BOOST_TEST(!applies("yesterday", strong));
  BOOST_TEST(!range_applies(fields({{"If-Range", "\"a\""}, {"If-Range", "\"a\""}}), strong, now));
}

BOOST_AUTO_TEST_SUITE_END()
