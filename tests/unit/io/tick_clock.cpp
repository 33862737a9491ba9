#include "weir/io/tick_clock.hpp"

#include <boost/test/unit_test.hpp>

#include "weir/io/backend.hpp"
#include "weir/testing/memory_loop.hpp"

using namespace weir;

BOOST_AUTO_TEST_SUITE(tick_clock)

BOOST_AUTO_TEST_CASE(ticks_go_on_as_the_clock_does) {
  const auto loop = make_loop("epoll").take();
  const TickClock& clock = loop->tick_clock();
  // The clock around the ticks and the clock between them: another process may run at any point.
  const TimePoint before = loop->clock_now();
  const std::uint64_t begin = clock.now();
  const TimePoint inside = loop->clock_now();
  while (loop->clock_now() - inside < std::chrono::milliseconds(100)) {
  }
  const std::uint64_t ticks = TickClock::between(begin, clock.now());
  const double most = static_cast<double>((loop->clock_now() - before).count());
  const double taken = static_cast<double>(ticks) * clock.tick_length();
  BOOST_TEST(taken > 0.9e8);
  BOOST_TEST(taken < most * 1.1);
}

BOOST_AUTO_TEST_CASE(where_a_test_moves_the_time_a_tick_is_a_nanosecond_of_it) {
  testing::MemoryLoop loop;
  const std::uint64_t begin = loop.tick_clock().now();
  loop.advance(std::chrono::seconds(2));
  BOOST_TEST(TickClock::between(begin, loop.tick_clock().now()) == 2'000'000'000U);
  BOOST_TEST(loop.tick_clock().tick_length() == 1.0);
}

BOOST_AUTO_TEST_CASE(processors_that_disagree_make_no_time) {
  BOOST_TEST(TickClock::between(5, 4) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
