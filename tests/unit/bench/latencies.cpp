// Which latencies weir-bench counts: the histogram, the window, and messages that are due at a
// fixed rate. Time is a number here.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "client/histogram.hpp"
#include "client/ledger.hpp"
#include "client/open_loop.hpp"
#include "client/recorder.hpp"

using weir::bench::Histogram;
using weir::bench::Ledger;
using weir::bench::OpenLoop;
using weir::bench::Recorder;

namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1000 * millisecond;

/// The value that `share` of `sorted` does not exceed.
std::uint64_t exact(const std::vector<std::uint64_t>& sorted, double share) {
  const auto rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_latencies)

BOOST_AUTO_TEST_CASE(a_percentile_is_at_most_a_128th_above_the_true_one) {
  std::mt19937_64 random{1};
  std::vector<std::uint64_t> values;
  Histogram histogram;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(random() >> (random() % 40 + 24));
    histogram.record(values.back(), 1);
  }
  std::ranges::sort(values);
  for (const double share : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto is = histogram.percentile(share);
    const auto should = exact(values, share);
    BOOST_TEST(is >= should);
    BOOST_TEST(static_cast<double>(is - should) <= static_cast<double>(should) / 128);
  }
  BOOST_TEST(histogram.max() == values.back());
  BOOST_TEST(histogram.count() == values.size());
}

BOOST_AUTO_TEST_CASE(small_values_are_exact_and_an_empty_histogram_is_zero) {
  Histogram histogram;
  BOOST_TEST(histogram.percentile(0.5) == 0U);
  BOOST_TEST(histogram.curve().empty());
  for (std::uint64_t value = 1; value <= 200; ++value) histogram.record(value, 1);
  BOOST_TEST(histogram.percentile(0.5) == 100U);
  BOOST_TEST(histogram.percentile(0.99) == 198U);
  BOOST_TEST(histogram.percentile(1) == 200U);
}

BOOST_AUTO_TEST_CASE(a_value_past_the_last_bucket_is_still_the_maximum) {
  Histogram histogram;
  histogram.record(std::uint64_t{1} << 60U, 2);
  histogram.record(1, 2);
  BOOST_TEST(histogram.max() == std::uint64_t{1} << 60U);
  BOOST_TEST(histogram.percentile(0.5) == 1U);
}

BOOST_AUTO_TEST_CASE(two_histograms_merged_are_one_of_all_values) {
  Histogram left;
  Histogram right;
  Histogram both;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? left : right).record(i * i, 2);
    both.record(i * i, 2);
  }
  left.merge(right);
  BOOST_TEST(left.count() == both.count());
  BOOST_TEST(left.max() == both.max());
  for (double share = 0; share <= 1; share += 0.01) {
    BOOST_REQUIRE_EQUAL(left.percentile(share), both.percentile(share));
  }
}

BOOST_AUTO_TEST_CASE(a_curve_rises_from_the_smallest_to_the_largest_and_is_short) {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) histogram.record(i, 1);
  const auto curve = histogram.curve();
  BOOST_TEST(curve.size() < 200U);
  BOOST_TEST(curve.front().share == 0.0);
  BOOST_TEST(curve.back().share == 1.0);
  BOOST_TEST(curve.back().value == 1'000'000U);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    BOOST_REQUIRE_LT(curve[i - 1].share, curve[i].share);
    BOOST_REQUIRE_LE(curve[i - 1].value, curve[i].value);
  }
  // Past p99.99 there are points too.
  BOOST_TEST(std::ranges::count_if(curve, [](const auto& p) { return p.share > 0.9999; }) > 8);
}

BOOST_AUTO_TEST_CASE(answers_settle_the_oldest_messages) {
  Ledger ledger;
  Recorder recorder{Recorder::Rule::by_answer};
  recorder.begin(0);
  ledger.start(2, 10);
  ledger.start(1, 40);
  BOOST_TEST(ledger.in_flight() == 3U);
  ledger.settle(1, 50, recorder);
  BOOST_TEST(recorder.latency().max() == 40U);
  ledger.settle(2, 100, recorder);
  BOOST_TEST(ledger.in_flight() == 0U);
  BOOST_TEST(recorder.latency().count() == 3U);
  BOOST_TEST(recorder.latency().percentile(0.66) == 60U);
  BOOST_TEST(recorder.latency().max() == 90U);
}

BOOST_AUTO_TEST_CASE(a_closed_loop_counts_answers_and_an_open_loop_messages_of_the_window) {
  Recorder by_answer{Recorder::Rule::by_answer};
  Recorder by_due_time{Recorder::Rule::by_due_time};
  for (auto* recorder : {&by_answer, &by_due_time}) {
    recorder->record(0, 10, 1);  // no window yet
    recorder->begin(100);
    recorder->record(50, 150, 1);  // began before, answered within
    recorder->record(110, 120, 1);
    recorder->end(200);
    recorder->record(150, 350, 1);  // began within, answered after
    recorder->record(250, 650, 1);
  }
  BOOST_TEST(by_answer.latency().count() == 2U);
  BOOST_TEST(by_answer.latency().max() == 100U);
  BOOST_TEST(by_due_time.latency().count() == 2U);
  BOOST_TEST(by_due_time.latency().max() == 200U);
}

BOOST_AUTO_TEST_CASE(arrivals_come_at_the_rate_and_by_chance) {
  OpenLoop loop{1000, 4, 100'000, 7};
  loop.start(5 * second);
  std::vector<unsigned> of_connection(4);
  std::vector<double> gaps;
  auto last = loop.next_due();
  while (loop.next_due() <= 25 * second) {
    const auto due = loop.next_due();
    BOOST_REQUIRE(due >= last);
    BOOST_REQUIRE(!loop.arrive(due - 1));
    const auto connection = loop.arrive(due);
    BOOST_REQUIRE(connection.has_value());
    ++of_connection.at(*connection);
    BOOST_REQUIRE_EQUAL(loop.take(*connection), due);
    gaps.push_back(static_cast<double>(due - last));
    last = due;
  }
  // 20,000 arrivals with a deviation of 141; each bound is more than 5 of them.
  BOOST_TEST(std::abs(static_cast<double>(loop.offered()) - 20'000) < 800);
  for (const auto count : of_connection) BOOST_TEST(std::abs(count - 5000.0) < 400);
  // Of exponential gaps, 63% are shorter than the mean.
  const auto is_short = [](double gap) { return gap < 1e6; };
  const auto share =
      static_cast<double>(std::ranges::count_if(gaps, is_short)) / static_cast<double>(gaps.size());
  BOOST_TEST(std::abs(share - 0.632) < 0.03);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_arrivals) {
  OpenLoop left{100, 3, 100, 1};
  OpenLoop right{100, 3, 100, 1};
  OpenLoop other{100, 3, 100, 2};
  for (auto* loop : {&left, &right, &other}) loop->start(0);
  std::set<std::uint64_t> dues;
  for (int i = 0; i < 50; ++i) {
    dues.insert(left.next_due());
    BOOST_REQUIRE_EQUAL(left.next_due(), right.next_due());
    BOOST_REQUIRE(dues.count(other.next_due()) == 0);
    const auto now = std::max(left.next_due(), other.next_due());
    BOOST_REQUIRE((left.arrive(now) == right.arrive(now)));
    BOOST_REQUIRE(other.arrive(now));
  }
}

// One connection, one message at a time. The server answers at once, but stands still from 1.0 s to
// 1.5 s. Each message that is due meanwhile waits until then, whenever it could be sent.
BOOST_AUTO_TEST_CASE(what_is_due_while_the_server_stands_still_has_waited) {
  constexpr auto stop = 1000 * millisecond;
  constexpr auto go_on = 1500 * millisecond;
  OpenLoop loop{1000, 1, 10'000, 3};
  Recorder recorder{Recorder::Rule::by_due_time};
  Ledger ledger;
  recorder.begin(0);
  loop.start(0);
  std::vector<std::uint64_t> expected;
  const auto stands_still = [&](std::uint64_t now) { return now >= stop && now < go_on; };
  const auto pump = [&](std::uint64_t now) {
    while (loop.has_backlog(0) && ledger.in_flight() == 0) {
      ledger.start(1, loop.take(0));
      if (!stands_still(now)) ledger.settle(1, now, recorder);
    }
  };
  bool stood_still = false;
  while (loop.next_due() < 2 * second) {
    const auto due = loop.next_due();
    if (due >= go_on && !stood_still) {  // the answer to the one that was sent
      stood_still = true;
      ledger.settle(1, go_on, recorder);
      pump(go_on);
      BOOST_REQUIRE_EQUAL(loop.backlog(), 0U);
    }
    BOOST_REQUIRE(loop.arrive(due));
    pump(due);
    expected.push_back(stands_still(due) ? go_on - due : 0);
  }
  std::ranges::sort(expected);
  BOOST_TEST(recorder.latency().count() == expected.size());
  BOOST_TEST(recorder.latency().max() == expected.back());
  for (const double share : {0.5, 0.75, 0.8, 0.9, 0.99, 0.999}) {
    const auto should = exact(expected, share);
    const auto is = recorder.latency().percentile(share);
    BOOST_TEST(is >= should);
    BOOST_TEST(static_cast<double>(is - should) <= static_cast<double>(should) / 128);
  }
  // A closed loop would have seen one slow message of 1,500; it is a quarter of them.
  BOOST_TEST(recorder.latency().percentile(0.8) > 50 * millisecond);
}

BOOST_AUTO_TEST_CASE(what_still_waits_at_the_end_counts_as_far_as_it_has_waited) {
  OpenLoop loop{1000, 2, 10'000, 3};
  Recorder recorder{Recorder::Rule::by_due_time};
  recorder.begin(0);
  loop.start(0);
  const auto first = loop.next_due();
  while (loop.arrive(second)) {
  }
  const auto offered = loop.offered();
  BOOST_TEST(loop.backlog() == offered);
  recorder.end(second);
  loop.give_up(second, recorder);
  BOOST_TEST(loop.backlog() == 0U);
  BOOST_TEST(!loop.has_backlog(0));
  BOOST_TEST(!loop.has_backlog(1));
  BOOST_TEST(recorder.latency().count() == offered);
  BOOST_TEST(recorder.latency().max() == second - first);
}

BOOST_AUTO_TEST_CASE(a_backlog_keeps_the_order_of_each_connection_and_has_an_end) {
  OpenLoop loop{1000, 3, 10, 3};
  loop.start(0);
  std::vector<std::vector<std::uint64_t>> waiting(3);
  for (int i = 0; i < 15; ++i) {
    const auto due = loop.next_due();
    const auto connection = loop.arrive(due);
    BOOST_REQUIRE(connection.has_value());
    if (i < 10) waiting[*connection].push_back(due);
  }
  BOOST_TEST(loop.offered() == 15U);
  BOOST_TEST(loop.dropped() == 5U);
  BOOST_TEST(loop.backlog() == 10U);
  for (unsigned connection = 0; connection < 3; ++connection) {
    for (const auto due : waiting[connection]) {
      BOOST_REQUIRE(loop.has_backlog(connection));
      BOOST_REQUIRE_EQUAL(loop.take(connection), due);
    }
    BOOST_REQUIRE(!loop.has_backlog(connection));
  }
  BOOST_TEST(loop.backlog() == 0U);
  BOOST_REQUIRE(loop.arrive(loop.next_due()).has_value());  // there is room again
  BOOST_TEST(loop.dropped() == 5U);
}

BOOST_AUTO_TEST_CASE(a_rate_is_kept_when_no_more_waits_at_the_end_than_at_the_begin) {
  using weir::bench::kept_up;
  BOOST_TEST(kept_up(1'000'000, 0, 0));
  BOOST_TEST(kept_up(1'000'000, 5000, 20'000));
  BOOST_TEST(kept_up(1'000'000, 3000, 1000));        // some were due before the window
  BOOST_TEST(kept_up(1'000'000, 300'000, 300'000));  // very many are always on the way
  BOOST_TEST(kept_up(20, 1, 4));                     // chance
  BOOST_TEST(kept_up(640, 32, 58));
}

BOOST_AUTO_TEST_CASE(an_overloaded_server_has_not_kept_up_in_a_short_window_either) {
  using weir::bench::kept_up;
  BOOST_TEST(!kept_up(1'000'000, 0, 50'000));
  BOOST_TEST(!kept_up(10'000, 100, 1100));
  BOOST_TEST(!kept_up(2000, 42, 212));  // 915 answered a second of 1,000
  BOOST_TEST(!kept_up(100, 1, 33));
  BOOST_TEST(!kept_up(100, 0, 99));
}

BOOST_AUTO_TEST_SUITE_END()
