#include "weir/http/tokens.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace weir::http;
using namespace std::string_view_literals;

namespace {

std::string elements(std::string_view list, char separator = ',') {
  std::string text;
  ListReader reader(list, separator);
  while (const auto element = reader.next()) text.append(*element).append("|");
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_tokens)

BOOST_AUTO_TEST_CASE(a_token_has_no_separators) {
  BOOST_TEST(is_token("a-Z_0.9!"));
  for (const std::string_view text :
       {"", "a b", "a,b", "a=b", "\"a\"", "a/b", "\xc3\xa9", "a\x7f"}) {
    BOOST_TEST(!is_token(text), text);
  }
}

BOOST_AUTO_TEST_CASE(a_list_is_read_element_by_element) {
  BOOST_TEST(elements("a") == "a|");
  BOOST_TEST(elements(" a ,\tb,,c , ") == "a|b|c|");
  BOOST_TEST(elements("").empty());
  BOOST_TEST(elements(" ,, ").empty());
  BOOST_TEST(elements("a;b=\"x,\\\",y\", c") == "a;b=\"x,\\\",y\"|c|");
  BOOST_TEST(elements("\"a, b") == "\"a, b|");
  BOOST_TEST(elements("\"a\\") == "\"a\\|");
  BOOST_TEST(elements("a;b=\";\"; c", ';') == "a|b=\";\"|c|");
}

BOOST_AUTO_TEST_CASE(a_list_has_a_token_whatever_its_case) {
  BOOST_TEST(list_has("keep-alive, Upgrade", "upgrade"));
  BOOST_TEST(!list_has("keep-alive, Upgraded", "upgrade"));
  BOOST_TEST(!list_has("\"upgrade\"", "upgrade"));
}

BOOST_AUTO_TEST_CASE(a_quoted_string_says_what_is_in_it) {
  BOOST_TEST(unquoted("\"a\\\"b\\\\ c\"").value() == "a\"b\\ c");
  BOOST_TEST(unquoted("\"\"").value().empty());
  for (const std::string_view text :
       {"", "\"", "a", "\"a", "a\"", "\"a\"b\"", "\"a\\\"", "\"a\n\"", "\"a\\\n\""}) {
    BOOST_TEST(!unquoted(text).has_value(), text);
  }
  BOOST_TEST(unquoted(quoted("x \"y\" \\z\t").value()).value() == "x \"y\" \\z\t");
  BOOST_TEST(!quoted("a\r\nb").has_value());
  BOOST_TEST(!quoted("a\0b"sv).has_value());
}

BOOST_AUTO_TEST_CASE(a_parameter_is_found_by_its_name) {
  BOOST_TEST(parameter("text/html; charset=utf-8", "Charset").value() == "utf-8");
  BOOST_TEST(parameter("a;b=\"x;q=1\" ; q=2;Q=3", "q").value() == "2");
  BOOST_TEST(parameter("a;q=", "q").value().empty());
  BOOST_TEST(!parameter("q=1", "q").has_value());
  BOOST_TEST(!parameter("a;q", "q").has_value());
  BOOST_TEST(!parameter("", "q").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
