// Numbers, sizes and times behind a flag, as every program reads them.
#include "common/values.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using weir::Duration;
using weir::app::parse_duration;
using weir::app::parse_number;
using weir::app::parse_size;

}  // namespace

BOOST_AUTO_TEST_CASE(a_size_has_a_binary_unit_or_none) {
  BOOST_TEST(parse_size("1", 100).value() == 1U);
  BOOST_TEST(parse_size("65536", 1 << 20).value() == 65536U);
  BOOST_TEST(parse_size("64KiB", 1 << 20).value() == 65536U);
  BOOST_TEST(parse_size("1MiB", 1 << 20).value() == 1048576U);
  BOOST_TEST(parse_size("3GiB", ~0ULL).value() == 3221225472U);
  for (const std::string_view wrong :
       {"", "0", "-1", "+1", " 1", "1 ", "1K", "1kib", "1KB", "KiB", "1.5MiB", "1048577",
        "99999999999999999999", "18014398509481985KiB", "0x10"}) {
    BOOST_TEST(!parse_size(wrong, 1 << 20).ok(), "took '" << wrong << "'");
  }
}

BOOST_AUTO_TEST_CASE(a_time_alone_counts_seconds) {
  BOOST_TEST((parse_duration("0").value() == Duration::zero()));
  BOOST_TEST((parse_duration("10").value() == Duration(10s)));
  BOOST_TEST((parse_duration("10s").value() == Duration(10s)));
  BOOST_TEST((parse_duration("250ms").value() == Duration(250ms)));
  BOOST_TEST((parse_duration("5m").value() == Duration(5min)));
  BOOST_TEST((parse_duration("8760h").value() == Duration(8760h)));
  for (const std::string_view wrong : {"", "s", "-1", "1.5s", "1 s", "1S", "1ns", "1d", "1s1",
                                       "8761h", "31536001", "99999999999999999999"}) {
    BOOST_TEST(!parse_duration(wrong).ok(), "took '" << wrong << "'");
  }
}

BOOST_AUTO_TEST_CASE(a_number_is_whole_and_within_its_range) {
  BOOST_TEST(parse_number("1", 1, 3).value() == 1U);
  BOOST_TEST(parse_number("3", 1, 3).value() == 3U);
  for (const std::string_view wrong : {"", "0", "4", "2.0", "2KiB", "2s", "two", "0x2"}) {
    BOOST_TEST(!parse_number(wrong, 1, 3).ok(), "took '" << wrong << "'");
  }
  BOOST_TEST(parse_number("4", 1, 3).error().message == "expected a number from 1 to 3");
}
