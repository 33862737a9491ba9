#include "weir/http/date.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>

using namespace weir::http;

namespace {

constexpr std::int64_t november_1994 = 784'111'777;
constexpr std::int64_t in_2022 = 1'650'000'000;

std::string formatted(std::int64_t seconds) {
  const DateBytes bytes = format_date(seconds);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_date)

BOOST_AUTO_TEST_CASE(a_date_is_written_in_the_fixed_form) {
  BOOST_TEST(formatted(november_1994) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(formatted(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(formatted(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
  BOOST_TEST(formatted(951'782'400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  BOOST_TEST(formatted(253'402'300'799) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

BOOST_AUTO_TEST_CASE(a_date_beyond_four_digits_is_the_nearest_that_is_not) {
  BOOST_TEST(formatted(253'402'300'800) == formatted(253'402'300'799));
  BOOST_TEST(formatted(std::numeric_limits<std::int64_t>::max()) == formatted(253'402'300'799));
  BOOST_TEST(formatted(std::numeric_limits<std::int64_t>::min()) ==
             "Sat, 01 Jan 0000 00:00:00 GMT");
}

BOOST_AUTO_TEST_CASE(all_three_forms_are_read) {
  BOOST_TEST(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", in_2022).value() == november_1994);
  BOOST_TEST(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", in_2022).value() == november_1994);
  BOOST_TEST(parse_date("Sun Nov  6 08:49:37 1994", in_2022).value() == november_1994);
  BOOST_TEST(parse_date("Wed Nov 16 08:49:37 1994", in_2022).value() ==
             november_1994 + 10 * 86'400);
  BOOST_TEST(parse_date("Tue, 31 Dec 1996 23:59:60 GMT", in_2022).value() == 852'076'800);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  for (std::int64_t seconds = -5'000'000'000; seconds < 10'000'000'000; seconds += 12'345'678) {
    BOOST_REQUIRE_EQUAL(parse_date(formatted(seconds), in_2022).value(), seconds);
  }
}

BOOST_AUTO_TEST_CASE(a_year_of_two_digits_ends_at_most_50_years_from_now) {
  const auto year = [](std::string_view digits, std::int64_t now) {
    const auto seconds =
        parse_date(std::string("Sunday, 06-Nov-").append(digits) + " 08:49:37 GMT", now);
    return formatted(seconds.value()).substr(12, 4);
  };
  BOOST_TEST(year("72", in_2022) == "2072");
  BOOST_TEST(year("73", in_2022) == "1973");
  BOOST_TEST(year("22", in_2022) == "2022");
  BOOST_TEST(year("00", in_2022) == "2000");
  BOOST_TEST(year("05", november_1994) == "2005");
  BOOST_TEST(year("45", november_1994) == "1945");
  BOOST_TEST(year("44", november_1994) == "2044");
}

BOOST_AUTO_TEST_CASE(what_is_no_date_is_none) {
  for (const std::string_view text :
       {"", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 06 Nov +994 08:49:37 GMT"}) {
    BOOST_TEST(!parse_date(text, in_2022).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(the_text_of_a_second_is_made_once) {
  DateText date;
  BOOST_TEST(date.at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  const char* const place = date.at(november_1994).data();
  BOOST_TEST(date.at(november_1994) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST((date.at(november_1994).data() == place));
}

BOOST_AUTO_TEST_SUITE_END()
