// The lab: who is measured when, what is made of it, and who is left out.
#include "compare/lab.hpp"
#include "compare/attempts.hpp"
#include "compare/ratios.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <vector>

#include "failure.hpp"

namespace {

using namespace weir::bench;

/// A server that nobody has to ask: what is measured is up to the test.
Contestant idle_server(const std::string& name, const std::string& port) {
  return {.name = name,
          .command = {"sh", "-c", "echo listening on tcp://127.0.0.1:" + port + "; exec sleep 60"}};
}

constexpr double nothing = -1;

/// Measures the figures that it is given, by the port of the server.
struct Figures {
  std::map<std::uint16_t, std::vector<double>> left;  // the next one first
  std::vector<std::uint16_t> order;
  std::vector<pid_t> pids;

  Measure measure() {
    return [this](const Endpoint& server, pid_t pid, const Interrupts&) {
      order.push_back(server.port);
      pids.push_back(pid);
      auto& figures = left[server.port];
      if (figures.empty()) throw Failure("it fell over");
      const double figure = figures.front();
      figures.erase(figures.begin());
      if (figure == nothing) throw EmptyWindow("nothing came");
      Histogram latency;
      latency.record(1000, 1);
      return Reading{.figure = figure, .beside = {{"twice", 2 * figure}}, .latency = latency};
    };
  }
};

struct Fixture {
  Figures figures;
  Plan plan;
  Interrupts interrupts;

  Fixture() {
    plan.row.id = "suite/row";
    plan.row.base = "A";
    plan.measure = figures.measure();
  }
  Row run(unsigned rounds) {
    return run_plan(plan, {.rounds = rounds, .max_spread = 0.1, .pin = false}, interrupts);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lab, Fixture)

BOOST_AUTO_TEST_CASE(all_are_measured_in_turn_and_compared_with_the_base_of_the_same_round) {
  figures.left = {{1, {10, 20, 10, 20, 10}}, {2, {11, 22, 11, 22, 11}}};
  plan.contestants = {idle_server("A", "1"), idle_server("B", "2")};
  const Row row = run(5);
  BOOST_TEST((figures.order == std::vector<std::uint16_t>{1, 2, 1, 2, 1, 2, 1, 2, 1, 2}));
  BOOST_REQUIRE_EQUAL(row.entries.size(), 2U);
  BOOST_TEST(row.id == "suite/row");
  const Entry& base = row.entries[0];
  const Entry& other = row.entries[1];
  BOOST_TEST(base.median() == 10);
  BOOST_TEST(base.ratios.empty());
  BOOST_TEST(other.ratios.size() == 5U);
  BOOST_TEST(spread_of(other.ratios).median == 1.1, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(other.no_result == "");
  BOOST_TEST(other.beside.at("twice") == 22);
  BOOST_TEST(!other.latency.empty());
  BOOST_TEST(other.command.front() == "sh");
}

BOOST_AUTO_TEST_CASE(ratios_that_spread_too_far_or_are_too_few_are_no_result) {
  figures.left = {{1, {10, 10, 10, 10, 10}}, {2, {10, 10, 10, 10, 13}}};
  plan.contestants = {idle_server("A", "1"), idle_server("B", "2")};
  BOOST_TEST(run(5).entries[1].no_result.find("spread over 30.0%") != std::string::npos);
  figures.left = {{1, {10, 10}}, {2, {10, 10}}};
  BOOST_TEST(run(2).entries[1].no_result == "fewer than 5 rounds");
  figures.left = {{1, {10}}, {2, {13}}};
  plan.row.figure = Figure::instructions;  // which is the same every time
  BOOST_TEST(run(1).entries[1].no_result == "");
}

BOOST_AUTO_TEST_CASE(who_is_missing_or_fails_is_left_out_with_the_reason_and_the_others_go_on) {
  figures.left = {{1, {10, 10, 10, 10, 10}}, {2, {11, 11}}};
  plan.contestants = {idle_server("A", "1"),
                      {.name = "gone", .missing = "weir-gone is not built"},
                      idle_server("B", "2"),
                      {.name = "ends", .command = {"false"}},
                      {.name = "no program", .command = {"/nowhere/weir-none"}}};
  const Row row = run(5);
  BOOST_REQUIRE_EQUAL(row.entries.size(), 5U);
  BOOST_TEST(row.entries[0].rounds.size() == 5U);
  BOOST_TEST(row.entries[1].skipped == "weir-gone is not built");
  BOOST_TEST(row.entries[2].skipped == "it fell over");
  BOOST_TEST(row.entries[2].rounds.empty());
  BOOST_TEST(row.entries[2].beside.empty());
  BOOST_TEST(row.entries[3].skipped.find("ended before it listened") != std::string::npos);
  BOOST_TEST(row.entries[4].skipped.find("cannot start") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_window_in_which_nothing_came_is_measured_again_a_few_times) {
  figures.left = {{1, {10, nothing, nothing, 20}}, {2, {11, nothing, nothing, nothing, 22}}};
  plan.contestants = {idle_server("A", "1"), idle_server("B", "2")};
  const Row row = run(2);
  BOOST_TEST((row.entries[0].rounds == std::vector<double>{10, 20}));
  BOOST_TEST(row.entries[1].skipped == "nothing came");
  BOOST_TEST((figures.order == std::vector<std::uint16_t>{1, 2, 1, 1, 1, 2, 2, 2}));
}

BOOST_AUTO_TEST_CASE(what_is_measured_again_answers_its_first_figure_or_its_last_reason) {
  unsigned asked = 0;
  const auto after = [&](unsigned empty) {
    asked = 0;
    return measure_again([&] {
      if (++asked <= empty) throw EmptyWindow("nothing came");
      return asked;
    });
  };
  BOOST_TEST(after(0) == 1U);
  BOOST_TEST(after(2) == 3U);
  BOOST_CHECK_THROW(after(3), EmptyWindow);
  BOOST_TEST(asked == 3U);
  const auto fall = [&]() -> unsigned {
    ++asked;
    throw Failure("it fell over");
  };
  asked = 0;
  BOOST_CHECK_THROW(measure_again(fall), Failure);
  BOOST_TEST(asked == 1U);
}

BOOST_AUTO_TEST_CASE(without_its_base_a_row_has_figures_but_no_ratios) {
  figures.left = {{2, {11, 11, 11, 11, 11}}};
  plan.contestants = {idle_server("A", "1"), idle_server("B", "2")};
  const Row row = run(5);
  BOOST_TEST(!row.entries[0].is_measured());
  BOOST_TEST(row.entries[1].median() == 11);
  BOOST_TEST(row.entries[1].ratios.empty());
  BOOST_TEST(row.entries[1].no_result == "A, the base, was not measured");
  figures.left = {{2, {10}}};
  plan.row.figure = Figure::memory;  // which says something by itself
  BOOST_TEST(run(1).entries[1].no_result == "");
}

BOOST_AUTO_TEST_CASE(what_the_compiler_takes_is_timed_and_needs_rounds_that_agree) {
  const auto compiled = [](const std::vector<double>& theirs) {
    Row row;
    row.figure = Figure::compile_time;
    row.base = "weir";
    row.entries = {{.name = "weir", .role = Role::weir, .rounds = {1, 1, 1, 1, 1}},
                   {.name = "Asio", .rounds = theirs}};
    add_ratios(row, 0.1);
    return row.entries[1];
  };
  BOOST_TEST(compiled({3, 3, 3.1, 3, 3}).no_result == "");
  BOOST_TEST(compiled({3, 3, 3.1, 3, 3}).ratios.size() == 5U);
  BOOST_TEST(compiled({3, 3, 3.1, 3, 4}).no_result.find("spread over") != std::string::npos);
  BOOST_TEST(compiled({3}).no_result == "fewer than 5 rounds");
}

BOOST_AUTO_TEST_CASE(without_the_server_behind_them_all_are_skipped_with_its_reason) {
  figures.left = {{1, {10}}};
  plan.contestants = {idle_server("A", "1"), {.name = "gone", .missing = "not installed"}};
  plan.behind = idle_server("behind", "9");
  BOOST_TEST(run(1).entries[0].is_measured());
  plan.behind = {.name = "behind", .missing = "it is not built"};
  const Row row = run(1);
  BOOST_TEST(row.entries[0].skipped == "the server behind it: it is not built");
  BOOST_TEST(row.entries[1].skipped == "not installed");
  plan.behind = {.name = "behind", .command = {"false"}};
  BOOST_TEST(run(1).entries[0].skipped.starts_with("the server behind it: 'false' ended"));
}

BOOST_AUTO_TEST_CASE(the_time_of_a_plan_grows_with_who_takes_part_rounds_and_connections) {
  const auto seconds = [&](unsigned rounds) {
    return expected_time(plan, {.rounds = rounds}, Seconds{1}).count();
  };
  plan.contestants = {idle_server("A", "1"), {.name = "gone", .missing = "not installed"}};
  const double one = seconds(7);
  BOOST_TEST(one > 7);
  BOOST_TEST(one < 8);
  plan.contestants.push_back(idle_server("B", "2"));
  BOOST_TEST(seconds(7) == 2 * one, boost::test_tools::tolerance(1e-9));
  plan.connections = 10'000;
  BOOST_TEST(seconds(7) > 3 * one);
  plan.rounds = 1;
  BOOST_TEST(seconds(7) == seconds(1));
}

BOOST_AUTO_TEST_CASE(a_plan_that_needs_fresh_servers_starts_one_for_each_round) {
  figures.left = {{1, {10, 10, 10}}};
  plan.contestants = {idle_server("A", "1")};
  plan.fresh = true;
  plan.rounds = 3;
  run(5);
  BOOST_REQUIRE_EQUAL(figures.pids.size(), 3U);
  BOOST_TEST(figures.pids[0] != figures.pids[1]);
  BOOST_TEST(figures.pids[1] != figures.pids[2]);
}

BOOST_AUTO_TEST_CASE(the_ratio_of_two_is_a_line) {
  BOOST_TEST(ratio_line({1.02, 1.1, 1.05}) == "B/A 1.050 (median of 3 rounds, 1.020 to 1.100)\n");
}

BOOST_AUTO_TEST_SUITE_END()
