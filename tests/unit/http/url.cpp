#include "weir/http/url.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace weir::http;

namespace {

std::string parsed(std::string_view text) {
  const auto url = Url::parse(text);
  return url.ok() ? url.value().to_string() : "refused";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_url)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart) {
  const Url url = Url::parse("HTTP://Example.COM:8080/a/b?c=d&e#f").value();
  BOOST_TEST(url.scheme == "http");
  BOOST_TEST(url.host == "example.com");
  BOOST_TEST(url.port == 8080);
  BOOST_TEST(url.target == "/a/b?c=d&e");
  BOOST_TEST(url.authority() == "example.com:8080");
  BOOST_TEST(url.origin() == "http://example.com:8080");
  BOOST_TEST(!url.secure());
  const Url six = Url::parse("wss://[::1]").value();
  BOOST_TEST(six.host == "::1");
  BOOST_TEST(six.port == 443);
  BOOST_TEST(six.target == "/");
  BOOST_TEST(six.authority() == "[::1]");
  BOOST_TEST(six.origin() == "wss://[::1]:443");
  BOOST_TEST(six.secure());
}

BOOST_AUTO_TEST_CASE(a_usual_port_is_not_written_and_a_path_is) {
  BOOST_TEST(parsed("http://a:80") == "http://a/");
  BOOST_TEST(parsed("https://a:443/") == "https://a/");
  BOOST_TEST(parsed("https://a:80/") == "https://a:80/");
  BOOST_TEST(parsed("http://a:") == "http://a/");
  BOOST_TEST(parsed("http://a?b") == "http://a/?b");
  BOOST_TEST(parsed("http://a#b") == "http://a/");
  BOOST_TEST(parsed("http://a/b/../c/./d") == "http://a/c/d");
  BOOST_TEST(parsed("http://a/../../b/..") == "http://a/");
  BOOST_TEST(parsed("http://a/%2e%2e/b") == "http://a/%2e%2e/b");
}

BOOST_AUTO_TEST_CASE(what_could_be_read_in_two_ways_is_refused) {
  for (const std::string_view text : {"",
                                      "http",
                                      "http:",
                                      "http:/a",
                                      "http://",
                                      "http:///a",
                                      "//a",
                                      "/a",
                                      "ftp://a",
                                      "http://a b",
                                      "http://a/b c",
                                      "http://user@a",
                                      "http://user:secret@a/",
                                      "http://a:0",
                                      "http://a:65536",
                                      "http://a:-1",
                                      "http://a:8o",
                                      "http://a:80:80",
                                      "http://[::1",
                                      "http://[]",
                                      "http://[a]",
                                      "http://[::1]x",
                                      "http://a\\b",
                                      "http://a/\\b",
                                      "http://a%2fb/",
                                      "http://a/\r\nHost: b",
                                      "http://a\r\n",
                                      "http://a/\xc3\xa9",
                                      "http://\xc3\xa9/",
                                      " http://a",
                                      "http://a/ ",
                                      "h ttp://a",
                                      "http://a,b/"}) {
    BOOST_TEST(parsed(text) == "refused", text);
  }
  BOOST_TEST(parsed("http://a/" + std::string(Url::max_size, 'b')) == "refused");
  BOOST_TEST(parsed(std::string("http://a/\0b", 11)) == "refused");
}

BOOST_AUTO_TEST_CASE(a_password_is_not_repeated) {
  const auto url = Url::parse("http://user:secret@a/");
  BOOST_REQUIRE(!url.ok());
  const std::string said = url.error().message;
  BOOST_TEST(said.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(references_are_resolved_as_rfc_3986_section_5_4_has_them) {
  const Url base = Url::parse("http://a/b/c/d;p?q").value();
  const auto to = [&](std::string_view reference) {
    const auto url = base.resolve(reference);
    return url.ok() ? url.value().to_string() : "refused";
  };
  BOOST_TEST(to("g") == "http://a/b/c/g");
  BOOST_TEST(to("./g") == "http://a/b/c/g");
  BOOST_TEST(to("g/") == "http://a/b/c/g/");
  BOOST_TEST(to("/g") == "http://a/g");
  BOOST_TEST(to("//g") == "http://g/");
  BOOST_TEST(to("?y") == "http://a/b/c/d;p?y");
  BOOST_TEST(to("g?y") == "http://a/b/c/g?y");
  BOOST_TEST(to("#s") == "http://a/b/c/d;p?q");
  BOOST_TEST(to("g;x=1/../y") == "http://a/b/c/y");
  BOOST_TEST(to("") == "http://a/b/c/d;p?q");
  BOOST_TEST(to(".") == "http://a/b/c/");
  BOOST_TEST(to("..") == "http://a/b/");
  BOOST_TEST(to("../g") == "http://a/b/g");
  BOOST_TEST(to("../../g") == "http://a/g");
  BOOST_TEST(to("../../../g") == "http://a/g");
  BOOST_TEST(to("/./g") == "http://a/g");
  BOOST_TEST(to("g..") == "http://a/b/c/g..");
  BOOST_TEST(to("g?y/../x") == "http://a/b/c/g?y/../x");
  BOOST_TEST(to("https://h/i") == "https://h/i");
  BOOST_TEST(to("mailto:a@b") == "refused");
  BOOST_TEST(to("javascript:alert(1)") == "refused");
  BOOST_TEST(to("//user@g") == "refused");
  BOOST_TEST(to("a b") == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
