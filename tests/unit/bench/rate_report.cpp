// What is said of a load at a fixed rate.
#include <boost/test/unit_test.hpp>
#include <string>

#include "report.hpp"
#include "unit/bench/answering.hpp"

using namespace weir::test;
using namespace weir::bench;

namespace {

std::string report_of(Limit limit, bool kept_up) {
  auto options = shaped(Protocol::raw);
  options.rate = 1000;
  LoadResult result;
  result.limit = limit;
  result.rate = RateResult{.offered_per_second = 1000, .unsent = 7, .kept_up = kept_up};
  return to_text(options, result);
}

bool says(const std::string& report, const std::string& words) {
  return report.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_rate_report)

BOOST_AUTO_TEST_CASE(who_did_not_keep_up_is_who_was_busy_all_the_time) {
  const std::string waited =
      " did not keep up: 7 messages still waited at the end, and their latencies are cut there\n";
  BOOST_TEST(says(report_of(Limit::server, false), " the server" + waited));
  BOOST_TEST(says(report_of(Limit::neither, false), " the server" + waited));
  BOOST_TEST(says(report_of(Limit::client, false), " the client" + waited));
  BOOST_TEST(says(report_of(Limit::both, false), " client and server" + waited));
}

BOOST_AUTO_TEST_CASE(nobody_is_blamed_where_the_rate_was_kept) {
  BOOST_TEST(!says(report_of(Limit::client, true), "keep up"));
}

BOOST_AUTO_TEST_SUITE_END()
