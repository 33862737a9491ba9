// Counters, and the version: the smallest values there are.
#include "weir/core/counter.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "weir/core/version.hpp"

using namespace weir;

BOOST_AUTO_TEST_SUITE(counter)

BOOST_AUTO_TEST_CASE(it_begins_at_0_and_counts_up_and_down) {
  Counter counter;
  BOOST_TEST(counter.value() == 0U);
  counter.add();
  counter.add(41);
  BOOST_TEST(counter.value() == 42U);
  counter.subtract();
  counter.subtract(40);
  BOOST_TEST(counter.value() == 1U);
}

BOOST_AUTO_TEST_CASE(the_version_has_three_numbers) {
  const std::string_view text = version();
  BOOST_TEST(std::count(text.begin(), text.end(), '.') == 2);
  BOOST_TEST(text.find_first_not_of("0123456789.") == std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
