// Which loads are too large for the client's memory.
#include "limits.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "failure.hpp"
#include "unit/bench/answering.hpp"

using namespace weir::test;
using namespace weir::bench;

namespace {

LoadOptions keys(unsigned count, unsigned reads, std::size_t size) {
  auto options = shaped(Protocol::resp, size, 1);
  options.keys = count;
  options.reads = reads;
  return options;
}

/// What is said against it; empty where nothing is.
std::string refusal(const LoadOptions& options) {
  try {
    check_limits(options);
    return {};
  } catch (const Failure& failure) {
    return failure.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_limits)

BOOST_AUTO_TEST_CASE(what_is_in_flight_is_bounded) {
  BOOST_TEST(refusal(shaped(Protocol::raw, 1 << 20, 63)) == "");
  BOOST_TEST(refusal(shaped(Protocol::raw, 1 << 20, 64)) ==
             "--size times --depth is more than 64 MiB in flight on a connection");
  auto many = shaped(Protocol::raw, 1, 1000);
  many.connections = 1001;
  BOOST_TEST(refusal(many) ==
             "--connections times --depth is more than 1,000,000 messages in flight");
}

BOOST_AUTO_TEST_CASE(keys_are_bounded_with_all_their_reads) {
  BOOST_TEST(refusal(keys(1'000'000, 1, 64)) == "");
  BOOST_TEST(refusal(keys(1'000'000, 1, 1000)) ==
             "--size times --keys is more than 64 MiB of values");
  const std::string too_many = "--keys times --reads is more than 256 MiB of messages";
  BOOST_TEST(refusal(keys(1'000'000, 1000, 1)) == too_many);
  BOOST_TEST(refusal(keys(1000, 1000, 65'536)) == too_many);
  BOOST_TEST(refusal(keys(4000, 1000, 1)) == "");
}

BOOST_AUTO_TEST_CASE(numbers_that_no_flag_would_take_are_refused) {
  BOOST_TEST(refusal(keys(0, 1, 1)) == "--keys is not in 1 to 1000000");
  BOOST_TEST(refusal(keys(1, ~0U, 1)) == "--reads is not in 0 to 1000");
  BOOST_TEST(refusal(shaped(Protocol::raw, ~std::size_t{0}, 1)) ==
             "--size is not in 1 to 16777216");
  BOOST_TEST(refusal(shaped(Protocol::raw, 1, 0)) == "--depth is not in 1 to 65536");
  BOOST_TEST(refusal(shaped(Protocol::http, 0, 1)) == "");
}

BOOST_AUTO_TEST_SUITE_END()
