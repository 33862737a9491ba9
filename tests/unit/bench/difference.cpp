// weir-bench diff: what counts as a change, and what is only noise.
#include "diff/difference.hpp"

#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "diff/diff.hpp"
#include "unit/bench/compared.hpp"

namespace weir::bench {

inline std::ostream& operator<<(std::ostream& out, Verdict verdict) {
  return out << name_of(verdict);
}

}  // namespace weir::bench

namespace {

using namespace weir::bench;
using namespace weir::bench::testing;

constexpr double threshold = 0.03;

Comparison with(Figure figure, Entry entry) {
  return comparison_of(
      {row_of("r", figure, {entry_of("C epoll", {100, 101, 99}), std::move(entry)})});
}

Change only_change(const Comparison& a, const Comparison& b, const std::string& name = "weir") {
  const Difference difference = difference_of(a, b, threshold);
  for (const Change& change : difference.changes) {
    if (change.entry == name) return change;
  }
  throw std::runtime_error("nothing is said of " + name);
}

Verdict timed(const std::vector<double>& a, const std::vector<double>& b) {
  return only_change(with(Figure::cpu, entry_of("weir", {1, 2, 3}, a)),
                     with(Figure::cpu, entry_of("weir", {7, 8, 9}, b)))
      .verdict;
}

Verdict counted(const std::vector<double>& a, const std::vector<double>& b) {
  return only_change(with(Figure::instructions, entry_of("weir", a, {1})),
                     with(Figure::instructions, entry_of("weir", b, {9})))
      .verdict;
}

}  // namespace

BOOST_AUTO_TEST_CASE(timed_figures_are_held_by_their_ratios_spread_against_spread) {
  struct Case {
    std::vector<double> a;
    std::vector<double> b;
    Verdict verdict;
  };
  const Case cases[] = {
      {{1.05, 1.06, 1.07}, {1.05, 1.06, 1.07}, Verdict::same},
      {{1.05, 1.06, 1.07}, {1.19, 1.21, 1.24}, Verdict::worse},
      {{1.19, 1.21, 1.24}, {1.05, 1.06, 1.07}, Verdict::better},
      // Far apart in the middle, and the spreads overlap.
      {{1.00, 1.06, 1.20}, {1.19, 1.21, 1.24}, Verdict::same},
      // They touch: that is overlapping.
      {{1.05, 1.06, 1.19}, {1.19, 1.21, 1.24}, Verdict::same},
      // Apart, and within the threshold; on it; beyond it.
      {{1.000, 1.001, 1.002}, {1.010, 1.011, 1.012}, Verdict::same},
      {{1.000, 1.000, 1.000}, {1.030, 1.030, 1.030}, Verdict::same},
      {{1.000, 1.000, 1.000}, {1.031, 1.031, 1.031}, Verdict::worse},
      {{1.000, 1.000, 1.000}, {0.969, 0.969, 0.969}, Verdict::better},
      {{1.000, 1.000, 1.000}, {0.970, 0.970, 0.970}, Verdict::same},
  };
  for (const Case& each : cases) {
    BOOST_TEST_CONTEXT(each.a[1] << " then " << each.b[1]) {
      BOOST_TEST(timed(each.a, each.b) == each.verdict);
    }
  }
}

BOOST_AUTO_TEST_CASE(counted_figures_are_held_as_they_are_by_a_tolerance) {
  struct Case {
    std::vector<double> a;
    std::vector<double> b;
    Verdict verdict;
  };
  const Case cases[] = {
      {{1000}, {1000}, Verdict::same},  {{1000}, {1010}, Verdict::same},
      {{1000}, {1011}, Verdict::worse}, {{1000}, {989}, Verdict::better},
      {{0}, {0}, Verdict::same},        {{0}, {0.01}, Verdict::same},
      {{0}, {1}, Verdict::worse},       {{1}, {0}, Verdict::better},
      {{0.10}, {0.105}, Verdict::same}, {{900, 1000, 1100}, {1090, 1200, 1300}, Verdict::same},
  };
  for (const Case& each : cases) {
    BOOST_TEST_CONTEXT(each.a[0] << " then " << each.b[0]) {
      BOOST_TEST(counted(each.a, each.b) == each.verdict);
    }
  }
}

BOOST_AUTO_TEST_CASE(memory_is_held_as_it_is_by_the_threshold_a_few_bytes_and_its_rounds) {
  struct Case {
    std::vector<double> a;
    std::vector<double> b;
    Verdict verdict;
  };
  const Case cases[] = {
      {{1000, 1001, 1002}, {1025, 1026, 1027}, Verdict::same},
      {{1000, 1001, 1002}, {1040, 1041, 1042}, Verdict::worse},
      {{1040, 1041, 1042}, {1000, 1001, 1002}, Verdict::better},
      // Two pages over 1,000 connections, more than a tenth of it.
      {{74, 74, 74}, {82, 82, 82}, Verdict::same},
      {{74, 74, 74}, {83, 83, 83}, Verdict::worse},
      // What a collector does in one round and not in another.
      {{4000, 4500, 5000}, {4900, 5600, 5700}, Verdict::same},
      {{1000}, {2000, 2000, 2000}, Verdict::no_result},
      {{1000, 1000, 1000}, {2000}, Verdict::no_result},
  };
  for (const Case& each : cases) {
    BOOST_TEST_CONTEXT(each.a[0] << " then " << each.b[0]) {
      const Change change = only_change(with(Figure::memory, entry_of("weir", each.a)),
                                        with(Figure::memory, entry_of("weir", each.b)));
      BOOST_TEST(change.verdict == each.verdict);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_slower_machine_cancels_out_of_the_ratios_and_the_base_is_not_judged) {
  const auto run = [](double pace) {
    return comparison_of({row_of("r", Figure::cpu,
                                 {entry_of("C epoll", {100 * pace, 101 * pace}),
                                  entry_of("weir", {110 * pace, 111 * pace}, {1.10, 1.11})})});
  };
  BOOST_TEST(only_change(run(1), run(1.5)).verdict == Verdict::same);
  const Change base = only_change(run(1), run(1.5), "C epoll");
  BOOST_TEST(base.verdict == Verdict::base);
  BOOST_TEST(base.share == 0.5, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(status_of(difference_of(run(1), run(1.5), threshold)) == 0);
}

BOOST_AUTO_TEST_CASE(without_a_common_base_times_say_nothing_also_of_one_machine) {
  Comparison a = with(Figure::cpu, entry_of("weir", {100, 101, 102}, {1.0, 1.0, 1.0}));
  Comparison b = with(Figure::cpu, entry_of("weir", {200, 201, 202}, {1.0, 1.0, 1.0}));
  BOOST_TEST(only_change(a, b).verdict == Verdict::same);
  b.rows[0].entries[1].ratios = {};
  BOOST_TEST(only_change(a, b).verdict == Verdict::no_result);
  b.rows[0].entries[1].ratios = a.rows[0].entries[1].ratios;
  b.rows[0].base = "libuv";
  const Change held = only_change(a, b);
  BOOST_TEST(held.verdict == Verdict::no_result);
  BOOST_TEST(held.base == "");
  BOOST_TEST(held.why == "no base in common: times of two days say nothing");
}

BOOST_AUTO_TEST_CASE(a_busier_moment_is_no_other_machine) {
  Comparison a = with(Figure::cpu, entry_of("weir", {1}, {1}));
  Comparison b = a;
  a.machine.emplace_back("load average at the start", "0.1");
  b.machine.emplace_back("load average at the start", "7.0");
  BOOST_TEST(difference_of(a, b, threshold).machine.empty());
}

BOOST_AUTO_TEST_CASE(different_units_are_never_held_against_each_other) {
  const Comparison a = with(Figure::instructions, entry_of("weir", {100}));
  const Change of_another_figure = only_change(a, with(Figure::memory, entry_of("weir", {900})));
  BOOST_TEST(of_another_figure.verdict == Verdict::no_result);
  BOOST_TEST(of_another_figure.why ==
             "A has instructions per message, B has user memory per message");
  Comparison per_frame = with(Figure::instructions, entry_of("weir", {900}));
  per_frame.rows[0].per = "frame";
  BOOST_TEST(only_change(a, per_frame).verdict == Verdict::no_result);
}

BOOST_AUTO_TEST_CASE(what_was_not_measured_or_said_nothing_is_no_result_with_its_reason) {
  const Comparison good = with(Figure::cpu, entry_of("weir", {1, 1, 1}, {1, 1, 1}));
  const Comparison skipped = with(Figure::cpu, skipped_entry("weir", "it is not built"));
  BOOST_TEST(only_change(good, skipped).why == "not measured in B: it is not built");
  BOOST_TEST(only_change(skipped, good).why == "not measured in A: it is not built");
  Comparison doubtful = with(Figure::cpu, entry_of("weir", {9, 9, 9}, {9, 9, 9}));
  doubtful.rows[0].entries[1].no_result = "fewer than 5 rounds";
  const Change change = only_change(good, doubtful);
  BOOST_TEST(change.verdict == Verdict::no_result);
  BOOST_TEST(change.why == "none in B: fewer than 5 rounds");
  BOOST_TEST(status_of(difference_of(good, doubtful, threshold)) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_in_one_file_only_is_said_row_by_row_and_entry_by_entry) {
  const auto row = [](std::string id, std::vector<Entry> entries) {
    return row_of(std::move(id), Figure::instructions, std::move(entries));
  };
  const Comparison a = comparison_of({row("both", {entry_of("old", {1}), entry_of("weir", {1})}),
                                      row("gone", {entry_of("weir", {1})})});
  const Comparison b = comparison_of({row("both", {entry_of("weir", {1}), entry_of("new", {1})}),
                                      row("come", {entry_of("weir", {1})})});
  std::string said;
  for (const Change& change : difference_of(a, b, threshold).changes) {
    said += std::string(name_of(change.verdict)) + " " + change.row + " " + change.entry + "\n";
  }
  BOOST_TEST(said ==
             "same both weir\nonly in A both old\nonly in A gone \nonly in B both new\n"
             "only in B come \n");
}

BOOST_AUTO_TEST_CASE(the_text_groups_by_verdict_warns_and_ends_with_a_summary) {
  Comparison a = with(Figure::cpu, entry_of("weir", {100, 100}, {1.05, 1.06, 1.07}));
  Comparison b = with(Figure::cpu, entry_of("weir", {120, 120}, {1.19, 1.21, 1.24}));
  b.machine[1].second = "6.2";
  const DiffOptions options{.a = "a.json", .b = "b.json"};
  const Difference difference = difference_of(a, b, options.threshold);
  BOOST_TEST(to_text(options, difference) ==
             "A            a.json\n"
             "B            b.json\n"
             "warning: the machines differ in kernel: \"6.1\" in A, \"6.2\" in B\n"
             "\n"
             "worse\n"
             "  r  weir  1.060 -> 1.210 of C epoll  +14.2%\n"
             "\n"
             "base\n"
             "  r  C epoll  100 ns -> 100 ns per message  +0.0%\n"
             "\n"
             "1 worse, 0 better, 0 same, 0 no result, 1 base, 0 only in A, 0 only in B; a change "
             "is more than 3.0% of what is timed and 1.0% of what is counted, beyond the spread\n");
  BOOST_TEST(status_of(difference) == 1);
  const std::string json = to_json(options, difference);
  for (const char* part : {"\"verdict\": \"worse\"", "\"ratio_to\": \"C epoll\"",
                           "\"only in B\": 0", "\"name\": \"kernel\"", "\"threshold\": 0.03"}) {
    BOOST_TEST(json.find(part) != std::string::npos, part);
  }
}
