#include "weir/routing/deadline.hpp"

#include "unit/routing/router_bench.hpp"
#include "weir/routing/concurrency.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(deadline_)

BOOST_FIXTURE_TEST_CASE(a_request_that_is_out_fails_at_that_time_and_not_before, RouterBench) {
  on_later("x", deadline(2s));
  Peer peer = dial();
  bench.say(peer, "x\n");
  bench.advance(2s - 1ns);
  BOOST_TEST(peer.take() == "");
  bench.advance(1ns);
  BOOST_TEST(peer.take() == "error: timed out\n");
  BOOST_TEST(!out.front().reply("late"));
}

BOOST_FIXTURE_TEST_CASE(the_nearest_of_several_deadlines_counts, RouterBench) {
  router.use(deadline(5s));
  on_later("short", deadline(1s));
  on_later("long", deadline(1h));
  Peer peer = dial();
  bench.say(peer, "short\nlong\n");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "error: timed out\n");
  bench.advance(5s - 1ns);
  BOOST_TEST(peer.take() == "");
  bench.advance(1ns);
  BOOST_TEST(peer.take() == "error: timed out\n");
}

BOOST_FIXTURE_TEST_CASE(an_answer_in_time_is_not_followed_by_another, RouterBench) {
  on_later("x", deadline(2s));
  Peer peer = dial();
  bench.say(peer, "x\n");
  out.front().reply("yes");
  bench.advance(10s);
  BOOST_TEST(peer.take() == "yes\n");
}

BOOST_FIXTURE_TEST_CASE(behind_a_queue_it_begins_when_the_request_goes_on, RouterBench) {
  on_later("x", concurrency(1), deadline(2s));
  Peer first = dial();
  Peer second = dial();
  bench.say(first, "x\n");
  bench.advance(1s);
  bench.say(second, "x\n");
  bench.advance(1s);
  BOOST_TEST(first.take() == "error: timed out\n");
  BOOST_TEST(out.size() == 2U);
  bench.advance(2s - 1ns);
  BOOST_TEST(second.take() == "");
  bench.advance(1ns);
  BOOST_TEST(second.take() == "error: timed out\n");
}

BOOST_FIXTURE_TEST_CASE(a_time_that_is_not_positive_is_refused, RouterBench) {
  BOOST_TEST(mistake_of([] { static_cast<void>(deadline(0s)); }) ==
             "deadline: the time is not positive");
  BOOST_TEST(mistake_of([] { static_cast<void>(deadline(Duration::max())); }) == "nothing thrown");
}

BOOST_AUTO_TEST_SUITE_END()
