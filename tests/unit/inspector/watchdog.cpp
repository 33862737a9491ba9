// The watchdog and the history: time is what the test says it is.
#include "inspector/watchdog.hpp"

#include <boost/test/unit_test.hpp>

#include "inspector/history.hpp"

using namespace weir;
using namespace weir::inspect;
using namespace std::chrono_literals;

namespace {

struct Watched {
  Watchdog dog{100ms};
  PlaceFigures slow{"GET /slow"};
  TimePoint now{1h};

  std::vector<std::string> look(LoopMonitor::Present present, Duration unanswered = {}) {
    return dog.look(now, 1, present, unanswered);
  }
  LoopMonitor::Present in(Duration held, std::uint64_t move = 2) const {
    return {&slow, held, move};
  }
};

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(watchdog)

BOOST_AUTO_TEST_CASE(a_stall_is_told_once_when_it_is_seen_and_once_when_it_is_over) {
  Watched watched;
  BOOST_TEST(watched.look(watched.in(100ms)).empty());
  watched.now += 20ms;
  BOOST_TEST(watched.look(watched.in(120ms)) ==
             Lines{"loop 1 is stalled: route 'GET /slow' has held it for 120 ms"});
  watched.now += 500ms;
  BOOST_TEST(watched.look(watched.in(620ms)).empty());
  BOOST_TEST(!watched.dog.stalls().back().over);
  watched.now += 20ms;
  BOOST_TEST(watched.look({}) == Lines{"loop 1 goes on: route 'GET /slow' held it for 640 ms"});
  BOOST_TEST(watched.look({}).empty());
  BOOST_TEST(watched.dog.count() == 1U);
  BOOST_REQUIRE_EQUAL(watched.dog.stalls().size(), 1U);
  BOOST_TEST(watched.dog.stalls().back().over);
  BOOST_TEST((watched.dog.stalls().back().lasted == 640ms));
}

BOOST_AUTO_TEST_CASE(another_stay_in_the_same_route_is_another_stall) {
  Watched watched;
  BOOST_TEST(watched.look(watched.in(150ms, 2)).size() == 1U);
  watched.now += 200ms;
  BOOST_TEST(watched.look(watched.in(130ms, 4)) ==
             (Lines{"loop 1 goes on: route 'GET /slow' held it for 350 ms",
                    "loop 1 is stalled: route 'GET /slow' has held it for 130 ms"}));
  BOOST_TEST(watched.dog.count() == 2U);
}

BOOST_AUTO_TEST_CASE(a_loop_that_does_not_answer_is_stalled_also_outside_of_routes) {
  Watched watched;
  BOOST_TEST(watched.look({}, 100ms).empty());
  const Lines begun = watched.look({}, 101ms);
  BOOST_REQUIRE_EQUAL(begun.size(), 1U);
  BOOST_TEST(begun.front().starts_with("loop 1 is stalled: no answer for 101 ms"));
  watched.now += 300ms;
  BOOST_TEST(watched.look({}, 401ms).empty());
  BOOST_TEST(watched.look({}, 0ms) ==
             Lines{"loop 1 goes on: what no route is for held it for 401 ms"});
  // Short calls, one after the other, hold it as well, and no route is to blame.
  BOOST_TEST(watched.look(watched.in(1ms), 500ms).empty());
}

BOOST_AUTO_TEST_CASE(a_route_may_have_any_name) {
  Watched watched;
  const PlaceFigures odd("a\nb" + std::string(1000, 'x'));
  const Lines lines = watched.look({&odd, 200ms, 2});
  BOOST_REQUIRE_EQUAL(lines.size(), 1U);
  BOOST_TEST(lines.front().find('\n') == std::string::npos);
  BOOST_TEST(lines.front().size() < 200U);
}

BOOST_AUTO_TEST_CASE(what_is_kept_of_stalls_is_bounded_and_loops_that_are_gone_are_forgotten) {
  Watched watched;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const std::size_t told = i <= Watchdog::most_told ? 1 : 0;
    BOOST_TEST(watched.dog.look(watched.now, i, watched.in(200ms), 0ms).size() == told);
  }
  BOOST_TEST(watched.dog.stalls().size() == Watchdog::most_kept);
  BOOST_TEST(watched.dog.count() == 100U);
  watched.dog.keep_only({2, 9});
  BOOST_TEST(watched.dog.look(watched.now, 2, {}, 0ms).size() == 1U);  // it goes on
  BOOST_TEST(watched.dog.look(watched.now, 3, {}, 0ms).empty());
  BOOST_TEST(watched.dog.look(watched.now, 9, {}, 0ms).empty());  // nobody was told that it stalled
}

BOOST_AUTO_TEST_CASE(a_flood_of_stalls_is_told_by_its_size) {
  Watched watched;
  std::size_t lines = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {  // for nine seconds, one after the other
    lines += watched.look(watched.in(140ms, 2 * i)).size();
    watched.now += 150ms;
  }
  BOOST_TEST(lines == 2 * Watchdog::most_told);
  BOOST_TEST(watched.dog.count() == 60U);
  watched.now += 1s;
  BOOST_TEST(
      watched.look(watched.in(140ms, 1000)) ==
      Lines{"loop 1 is stalled: route 'GET /slow' has held it for 140 ms (and 55 more stalls "
            "before)"});
}

BOOST_AUTO_TEST_CASE(the_history_has_rates_and_ends_somewhere) {
  History history(3);
  Reading reading;
  HistogramCounters times;
  RouteReading route{.name = "r"};
  reading.routes.push_back(route);
  TimePoint now(1h);
  history.add(now, reading, 0ms);
  BOOST_TEST(history.moments().empty());  // nothing to compare it with
  for (std::uint64_t i = 1; i <= 5; ++i) {
    now += 2s;
    reading.stats.frames_in += 10;
    reading.stats.bytes_in += 1000 * i;
    reading.stats.active = i;
    times.add(i * 1'000'000, 4);  // i milliseconds
    reading.routes[0].time = {};
    reading.routes[0].time.add(times, 1.0);
    history.add(now, reading, 7ms);
  }
  BOOST_REQUIRE_EQUAL(history.moments().size(), 3U);
  const Moment& last = history.moments().back();
  BOOST_TEST(last.number == 5U);
  BOOST_TEST(last.frames == 5.0);
  BOOST_TEST(last.bytes_in == 2500.0);
  BOOST_TEST(last.calls == 2.0);
  BOOST_TEST(last.active == 5U);
  BOOST_TEST(last.lag == 0.007);
  // Of the calls of these two seconds, and no earlier ones.
  BOOST_TEST(std::abs(last.p50 / 0.005 - 1) < 0.033);
  BOOST_TEST(std::abs(last.p99 / 0.005 - 1) < 0.033);
}

BOOST_AUTO_TEST_SUITE_END()
