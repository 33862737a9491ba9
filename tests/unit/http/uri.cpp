#include "weir/http/uri.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace weir::http;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(http_uri)

BOOST_AUTO_TEST_CASE(escapes_are_decoded_once) {
  BOOST_TEST(percent_decode("a%20b%2Fc%2f%25%41").value() == "a b/c/%A");
  BOOST_TEST(percent_decode("%2525").value() == "%25");
  BOOST_TEST(percent_decode("%c3%a9\xc3%ff").value() == "\xc3\xa9\xc3\xff");
  BOOST_TEST(percent_decode("").value().empty());
  BOOST_TEST(percent_decode("a+b").value() == "a+b");
  BOOST_TEST(form_decode("a+b%2B").value() == "a b+");
}

BOOST_AUTO_TEST_CASE(a_mistaken_escape_and_nul_are_refused) {
  for (const std::string_view text :
       {"%", "%4", "a%", "%4g", "%g4", "%%41", "% 41", "%00", "a%00b", "%-1", "%+1", "%0x"}) {
    BOOST_TEST(!percent_decode(text).has_value(), text);
    BOOST_TEST(!form_decode(text).has_value(), text);
    BOOST_TEST(!normal_path("/"s.append(text)).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_encoded_is_decoded_again) {
  BOOST_TEST(percent_encode("aZ09-._~") == "aZ09-._~");
  BOOST_TEST(percent_encode("a b/c?\xc3\xa9") == "a%20b%2Fc%3F%C3%A9");
  std::string all;
  for (int code = 1; code < 256; ++code) all.push_back(static_cast<char>(code));
  BOOST_TEST(percent_decode(percent_encode(all)).value() == all);
}

BOOST_AUTO_TEST_CASE(a_path_loses_its_dots) {
  const auto path = [](std::string_view text) { return normal_path(text).value_or("refused"); };
  BOOST_TEST(path("/") == "/");
  BOOST_TEST(path("/a") == "/a");
  BOOST_TEST(path("/a/") == "/a/");
  BOOST_TEST(path("/a/./b/../c%20d") == "/a/c d");
  BOOST_TEST(path("/a/.") == "/a/");
  BOOST_TEST(path("/a/b/..") == "/a/");
  BOOST_TEST(path("/a/..") == "/");
  BOOST_TEST(path("/a/../b") == "/b");
  BOOST_TEST(path("/.") == "/");
  BOOST_TEST(path("/a/%2e%2E/b/%2e") == "/b/");
  BOOST_TEST(path("//a//b") == "//a//b");
  BOOST_TEST(path("/...") == "/...");
  BOOST_TEST(path("/.a/..b") == "/.a/..b");
}

BOOST_AUTO_TEST_CASE(a_path_that_leaves_its_root_is_refused) {
  for (const std::string_view text :
       {"", "a", "*", "/..", "/../a", "/a/../..", "/a/../../b", "/%2e%2e", "/.%2E/a", "/a%2fb",
        "/..%2f", "/a%2F..", "/a\\b", "/..%5c", "/%5C"}) {
    BOOST_TEST(!normal_path(text).has_value(), text);
  }
  BOOST_TEST(!normal_path("/a\0b"s).has_value());
}

BOOST_AUTO_TEST_CASE(a_query_is_read_part_by_part) {
  QueryReader reader("a=1&&b&=c&d==%26&e=");
  std::string text;
  while (const auto part = reader.next()) {
    text.append(part->name).append("|").append(part->value).append("\n");
  }
  BOOST_TEST(text == "a|1\nb|\n|c\nd|=%26\ne|\n");
  BOOST_TEST(!QueryReader("").next().has_value());
  BOOST_TEST(!QueryReader("&&").next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
