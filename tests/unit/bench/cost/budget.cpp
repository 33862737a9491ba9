// A budget: its file, and what is held against it.
#include "cost/budget.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "failure.hpp"

namespace {

using namespace weir::bench;
using Kind = Finding::Kind;

constexpr const char* text = R"({
  "compiler": "GCC 12.2.0",
  "tolerances": {
    "instructions": 0.04,
    "instructions_of_another_compiler": 0.25,
    "system_calls": 0.02,
    "allocations": 0.02,
    "counts": 0.005,
    "far_below": 0.1
  },
  "rows": [
    {
      "name": "epoll, frames",
      "command": ["weir-echo", "--listen", "tcp://127.0.0.1:0"],
      "protocol": "length:4",
      "depth": 64,
      "instructions": 1000.0,
      "system_calls": 3.0,
      "allocations": 0.0
    },
    {
      "name": "spin, a connection",
      "command": ["weir-echo"],
      "protocol": "raw",
      "per": "connection",
      "messages": 200,
      "allocations": 4.0
    }
  ]
})";

CostReading reading(double instructions, double system_calls, double allocations) {
  CostReading counted;
  counted.instructions.value = instructions;
  counted.system_calls.value = system_calls;
  counted.allocations.value = allocations;
  return counted;
}

std::vector<Kind> kinds(const CostReading& counted, const std::string& compiler = "GCC 12.2.0") {
  const CostBudget budget = budget_from_json(text);
  std::vector<Kind> kinds;
  for (const Finding& finding : hold_against(budget, budget.rows[0], counted, compiler)) {
    kinds.push_back(finding.kind);
  }
  return kinds;
}

bool is_refused(const std::string& what, const std::string& with) {
  std::string changed = text;
  changed.replace(changed.find(what), what.size(), with);
  try {
    budget_from_json(changed);
    return false;
  } catch (const Failure&) {
    return true;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_budget_is_read_with_what_its_rows_leave_out) {
  const CostBudget budget = budget_from_json(text);
  BOOST_TEST(budget.compiler == "GCC 12.2.0");
  BOOST_TEST(budget.tolerances.instructions == 0.04);
  BOOST_REQUIRE(budget.rows.size() == 2U);
  const BudgetRow& frames = budget.rows[0];
  BOOST_TEST(frames.name == "epoll, frames");
  BOOST_TEST(frames.options.commands.at(0).size() == 3U);
  BOOST_TEST((frames.options.load.protocol == Protocol::length4));
  BOOST_TEST(frames.options.load.depth == 64U);
  BOOST_TEST(frames.options.load.size == 64U);
  BOOST_TEST((frames.options.per == CostUnit::message));
  BOOST_TEST(frames.instructions.value_or(0) == 1000.0);
  const BudgetRow& spin = budget.rows[1];
  BOOST_TEST((spin.options.per == CostUnit::connection));
  BOOST_TEST(spin.options.messages == 200U);
  BOOST_TEST(!spin.instructions.has_value());
  BOOST_TEST(spin.allocations.value_or(0) == 4.0);
}

BOOST_AUTO_TEST_CASE(a_budget_that_was_read_is_written_the_same) {
  BOOST_TEST(nlohmann::json::parse(to_json(budget_from_json(text))) == nlohmann::json::parse(text));
}

BOOST_AUTO_TEST_CASE(what_is_no_budget_is_refused) {
  BOOST_CHECK_THROW(budget_from_json(""), Failure);
  BOOST_CHECK_THROW(budget_from_json("{}"), Failure);
  BOOST_TEST(is_refused("length:4", "morse"));
  BOOST_TEST(is_refused("\"depth\": 64", "\"depth\": 0"));
  BOOST_TEST(is_refused("\"depth\": 64", "\"depth\": 100000000"));
  BOOST_TEST(is_refused("\"raw\"", "\"resp\", \"keys\": 1000000, \"reads\": 1000"));
  BOOST_TEST(is_refused("\"raw\"", "\"resp\", \"keys\": 0"));
  BOOST_TEST(is_refused("\"raw\"", "\"raw\", \"size\": -1"));
  BOOST_TEST(is_refused("\"connection\"", "\"mile\""));
  BOOST_TEST(is_refused("[\"weir-echo\"]", "[]"));
  BOOST_TEST(is_refused("[\"weir-echo\"]", "[\"\"]"));
}

BOOST_AUTO_TEST_CASE(a_figure_at_its_budget_is_within_it) {
  BOOST_TEST((kinds(reading(1000, 3, 0)) == std::vector{Kind::within, Kind::within, Kind::within}));
}

BOOST_AUTO_TEST_CASE(a_regression_of_five_percent_is_above_and_three_are_not) {
  BOOST_TEST((kinds(reading(1050, 3, 0))[0] == Kind::above));
  BOOST_TEST((kinds(reading(1030, 3, 0))[0] == Kind::within));
}

BOOST_AUTO_TEST_CASE(another_major_version_of_the_compiler_is_allowed_more) {
  BOOST_TEST((kinds(reading(1050, 3, 0), "GCC 12.3.0")[0] == Kind::above));
  BOOST_TEST((kinds(reading(1050, 3, 0), "GCC 13.1.0")[0] == Kind::within));
  BOOST_TEST((kinds(reading(1050, 3, 0), "Clang 12.2.0")[0] == Kind::within));
  BOOST_TEST((kinds(reading(1300, 3, 0), "GCC 13.1.0")[0] == Kind::above));
}

BOOST_AUTO_TEST_CASE(a_call_more_in_ten_messages_and_an_allocation_in_a_hundred_are_above) {
  BOOST_TEST((kinds(reading(1000, 3.1, 0))[1] == Kind::above));
  BOOST_TEST((kinds(reading(1000, 3.0005, 0))[1] == Kind::within));
  BOOST_TEST((kinds(reading(1000, 3, 0.01))[2] == Kind::above));
  BOOST_TEST((kinds(reading(1000, 3, 0.0005))[2] == Kind::within));
}

BOOST_AUTO_TEST_CASE(a_call_more_for_64_messages_that_come_together_is_above) {
  CostBudget budget = budget_from_json(text);
  budget.rows[0].system_calls = 3.0 / 64;
  const auto counted = reading(1000, 4.0 / 64, 0);
  const auto findings = hold_against(budget, budget.rows[0], counted, "GCC 12.2.0");
  BOOST_TEST((findings.at(1).kind == Kind::above));
}

BOOST_AUTO_TEST_CASE(a_figure_far_below_says_that_the_budget_is_too_high) {
  BOOST_TEST((kinds(reading(880, 3, 0))[0] == Kind::far_below));
  BOOST_TEST((kinds(reading(920, 3, 0))[0] == Kind::within));
  BOOST_TEST((kinds(reading(1000, 2, 0))[1] == Kind::far_below));
}

BOOST_AUTO_TEST_CASE(what_could_not_be_counted_is_unknown_and_never_within) {
  auto counted = reading(0, 3, 0);
  counted.instructions = Cost::without_tool("valgrind is not installed");
  counted.system_calls = Cost::unknown("it ended before it listened");
  const CostBudget budget = budget_from_json(text);
  const auto findings = hold_against(budget, budget.rows[0], counted, "GCC 12.2.0");
  BOOST_TEST((findings.at(0).kind == Kind::no_tool));
  BOOST_TEST((findings.at(1).kind == Kind::unknown));
  BOOST_TEST(findings.at(0).skipped == "valgrind is not installed");
}

BOOST_AUTO_TEST_CASE(an_update_takes_what_was_counted_and_keeps_the_rest) {
  BudgetRow row = budget_from_json(text).rows[0];
  auto counted = reading(793.26, 2.9996, 0);
  counted.allocations = Cost::unknown("linked statically");
  row.allocations = 7;
  update(row, counted);
  BOOST_TEST(row.instructions.value_or(0) == 793.5);
  BOOST_TEST(row.system_calls.value_or(0) == 3.0, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(row.allocations.value_or(0) == 7.0);
}

BOOST_AUTO_TEST_CASE(a_budget_is_of_another_compiler_when_all_its_instructions_are) {
  const CostBudget budget = budget_from_json(text);  // the second row has none
  const auto uncounted = Cost::unknown("it polls without waiting");
  CostReading spin = reading(0, 0, 4);
  spin.instructions = uncounted;
  const CostBudget all = updated(budget, {reading(900, 3, 0), spin}, "GCC 14.1.0");
  BOOST_TEST(all.compiler == "GCC 14.1.0");
  BOOST_TEST(all.rows[0].instructions.value_or(0) == 900.0);
  BOOST_TEST(!all.rows[1].instructions.has_value());
}

BOOST_AUTO_TEST_CASE(instructions_of_two_compilers_never_stand_in_one_budget) {
  CostBudget budget = budget_from_json(text);
  budget.rows.push_back(budget.rows[0]);
  auto uncounted = reading(0, 4, 0);
  uncounted.instructions = Cost::without_tool("valgrind is not installed");
  const std::vector<CostReading> readings{reading(900, 2, 0), reading(5, 5, 5), uncounted};
  const CostBudget other = updated(budget, readings, "GCC 14.1.0");
  BOOST_TEST(other.compiler == "GCC 12.2.0");
  BOOST_TEST(other.rows[0].instructions.value_or(0) == 1000.0);
  BOOST_TEST(!other.rows[1].instructions.has_value());
  BOOST_TEST(other.rows[0].system_calls.value_or(0) == 2.0);
  BOOST_TEST(other.rows[2].system_calls.value_or(0) == 4.0);
  const CostBudget same = updated(budget, readings, "GCC 12.2.0");
  BOOST_TEST(same.rows[0].instructions.value_or(0) == 900.0);
  BOOST_TEST(same.rows[2].instructions.value_or(0) == 1000.0);
}
