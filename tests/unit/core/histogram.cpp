#include "weir/core/histogram.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using Buckets = HistogramBuckets;

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(every_value_lies_in_its_bucket_and_buckets_follow_each_other) {
  for (std::size_t i = 0; i + 1 < Buckets::count; ++i) {
    const std::uint64_t begin = Buckets::begin(i);
    const std::uint64_t end = Buckets::begin(i + 1);
    BOOST_REQUIRE_LT(begin, end);
    BOOST_REQUIRE_EQUAL(Buckets::index(begin), i);
    BOOST_REQUIRE_EQUAL(Buckets::index(end - 1), i);
    if (begin >= 512) BOOST_REQUIRE_LE((end - begin) * 16, begin);
  }
  BOOST_TEST(Buckets::index(0) == 0U);
  BOOST_TEST(Buckets::index(~std::uint64_t{0}) == Buckets::count - 1);
}

BOOST_AUTO_TEST_CASE(a_quantile_is_the_value_that_so_many_reach_at_most) {
  HistogramCounters counters;
  Histogram histogram;
  BOOST_TEST(histogram.quantile(0.5).count() == 0);
  for (std::uint64_t i = 1; i <= 1000; ++i) counters.add(i * 1000);
  histogram.add(counters, 1.0);
  BOOST_TEST(histogram.count() == 1000U);
  for (const double q : {0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0}) {
    const double is = static_cast<double>(histogram.quantile(q).count());
    BOOST_TEST(std::abs(is / (q * 1e6) - 1) < 0.033);
  }
  BOOST_TEST((histogram.quantile(-1) == histogram.quantile(0)));
  BOOST_TEST((histogram.quantile(2) == histogram.quantile(1)));
}

BOOST_AUTO_TEST_CASE(ticks_of_other_lengths_are_added_as_times) {
  HistogramCounters cycles;
  HistogramCounters nanoseconds;
  for (int i = 0; i < 10; ++i) cycles.add(3'000'000);
  nanoseconds.add(1'000'000);
  Histogram histogram;
  histogram.add(nanoseconds, 1.0);
  Histogram other;
  other.add(cycles, 1.0 / 3);
  histogram.add(other);
  BOOST_TEST(histogram.count() == 11U);
  for (const double q : {0.0, 0.5, 1.0}) {
    BOOST_TEST(std::abs(static_cast<double>(histogram.quantile(q).count()) / 1e6 - 1) < 0.065);
  }
}

BOOST_AUTO_TEST_SUITE_END()
