// `weir-bench cost --budget` as its exit status has it.
#include "cost/cost_run.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "cost/budget.hpp"
#include "failure.hpp"
#include "system/scratch_folder.hpp"

namespace {

using namespace weir::bench;

/// A budget of a server that cannot be started, counted by a compiler of long ago.
constexpr const char* text = R"({
  "compiler": "GCC 1.0",
  "tolerances": {
    "instructions": 0.04, "instructions_of_another_compiler": 0.25, "system_calls": 0.02,
    "allocations": 0.02, "counts": 0.005, "far_below": 0.1
  },
  "rows": [
    {
      "name": "nobody", "command": ["/nowhere/nobody"],
      "instructions": 1000.0, "system_calls": 3.0, "allocations": 0.0
    }
  ]
})";

struct Fixture {
  ScratchFolder folder;
  Interrupts interrupts;
  std::ostringstream out;
  CostOptions options;

  explicit Fixture(const char* content = text) {
    options.budget = folder.file("budget.json");
    std::ofstream{options.budget} << content;
  }

  int run() { return run_cost(options, interrupts, out); }
  CostBudget written() const {
    std::ostringstream content;
    content << std::ifstream{options.budget}.rdbuf();
    return budget_from_json(content.str());
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_update_that_could_not_count_says_so_and_relabels_nothing) {
  Fixture fixture;
  fixture.options.update = true;
  const int status = fixture.run();
  BOOST_TEST((status == 1 || status == 77));
  const auto budget = fixture.written();
  BOOST_TEST(budget.compiler == "GCC 1.0");
  BOOST_TEST(budget.rows.at(0).instructions.value_or(0) == 1000.0);
  BOOST_TEST((fixture.out.str().find("instructions stay those of GCC 1.0") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_missing_or_is_none_is_a_bad_file) {
  Fixture none{"{}"};
  BOOST_CHECK_THROW(none.run(), BadFile);
  none.options.budget = none.folder.file("missing.json");
  BOOST_CHECK_THROW(none.run(), BadFile);
}
