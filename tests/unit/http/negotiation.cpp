// Which coding a client would rather have, and what a file is said to be.
#include <boost/test/unit_test.hpp>
#include <string>

#include "weir/http/accept_encoding.hpp"
#include "weir/http/media_type.hpp"

using namespace weir::http;

namespace {

constexpr std::string_view offered[] = {"br", "gzip", "identity"};

std::string chosen(std::string_view value, std::string_view more = {}) {
  Headers headers;
  headers.add("Accept-Encoding", value);
  if (!more.empty()) headers.add("accept-encoding", more);
  const auto index = choose_encoding(headers, offered);
  return index.has_value() ? std::string(offered[*index]) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_negotiation)

BOOST_AUTO_TEST_CASE(a_weight_is_0_to_1_with_three_digits) {
  BOOST_TEST(parse_weight("1").value() == 1000U);
  BOOST_TEST(parse_weight("1.000").value() == 1000U);
  BOOST_TEST(parse_weight("0").value() == 0U);
  BOOST_TEST(parse_weight("0.").value() == 0U);
  BOOST_TEST(parse_weight("0.5").value() == 500U);
  BOOST_TEST(parse_weight("0.125").value() == 125U);
  for (const std::string_view text :
       {"", "2", "1.1", "1.001", "0.1234", "00", ".5", "-1", "0,5", "0.5x", "1.0000"}) {
    BOOST_TEST(!parse_weight(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(the_greatest_weight_wins_and_then_the_servers_order) {
  BOOST_TEST(chosen("gzip") == "gzip");
  BOOST_TEST(chosen("gzip, br") == "br");
  BOOST_TEST(chosen("gzip", "BR") == "br");
  BOOST_TEST(chosen("gzip;q=1.0, br;q=0.9") == "gzip");
  BOOST_TEST(chosen("br ; Q=0.1 , x-gzip ; q=0.2") == "gzip");
  BOOST_TEST(chosen("*") == "br");
  BOOST_TEST(chosen("br;q=0, *") == "gzip");
  BOOST_TEST(chosen("identity, gzip;q=0.5") == "identity");
}

BOOST_AUTO_TEST_CASE(identity_is_taken_unless_it_is_refused) {
  BOOST_TEST(chosen("") == "identity");
  BOOST_TEST(chosen("deflate") == "identity");
  BOOST_TEST(chosen("gzip;q=0, br;q=0") == "identity");
  BOOST_TEST(chosen("identity;q=0") == "none");
  BOOST_TEST(chosen("*;q=0") == "none");
  BOOST_TEST(chosen("*;q=0, identity;q=0.1") == "identity");
  BOOST_TEST(chosen("*;q=0, gzip") == "gzip");
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_for_nothing_gets_identity) {
  BOOST_TEST(choose_encoding({}, offered).value() == 2U);
  const std::string_view only[] = {"gzip"};
  BOOST_TEST(!choose_encoding({}, only).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_mistaken_is_passed_over) {
  BOOST_TEST(chosen("gzip;q=2, br;q=0.1") == "br");
  BOOST_TEST(chosen("g zip, \"br\", ;;;, q=1") == "identity");
}

BOOST_AUTO_TEST_CASE(a_media_type_is_that_of_the_ending) {
  BOOST_TEST(media_type_of("/a.b/index.HTML") == "text/html; charset=utf-8");
  BOOST_TEST(media_type_of("x.tar.gz") == "application/gzip");
  BOOST_TEST(media_type_of("7z.7z") == "application/x-7z-compressed");
  BOOST_TEST(media_type_of("a.zst") == "application/zstd");
  BOOST_TEST(media_type_of("site.webmanifest") == "application/manifest+json");
  for (const std::string_view name :
       {"", "html", "/a.html/b", "a.", ".", "a.unknown", "a.webmanifests", "a.html\\"}) {
    BOOST_TEST(media_type_of(name) == "application/octet-stream", name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
