// CostBudget: what servers may cost. A checked-in file holds one; `weir-bench cost --budget FILE`
// counts again and compares, so that a change which makes a message dearer is seen where it is
// made.
//
//   { "compiler": "GCC 12.2.0",
//     "tolerances": { "instructions": 0.04, ... },
//     "rows": [ { "name": "epoll, 64 B", "command": ["weir-echo", ...], "protocol": "raw", ...,
//                 "instructions": 531.0, "system_calls": 3, "allocations": 0 }, ... ] }
//
// A figure that a row does not have is not checked. Plain values; nothing here measures.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cost/cost.hpp"
#include "options.hpp"

namespace weir::bench {

// How far above its budget a figure may be: shares of the budget, but for `counts`.
struct Tolerances {
  // With the same compiler, of the same major version, the same code comes out but for what
  // libstdc++ and glibc changed: less than a regression that is worth a look.
  double instructions = 0.04;
  double instructions_of_another_compiler = 0.25;
  double system_calls = 0.02;
  double allocations = 0.02;
  // Calls and allocations more: a timer that ends once more in a run. Where messages come together
  // a call for all of them is a small part of one, and has to be seen.
  double counts = 0.005;
  // What is so much below its budget has a budget that would hide a regression.
  double far_below = 0.10;
};

struct BudgetRow {
  std::string name;
  CostOptions options;  // one command, whose program is one beside weir-bench
  std::optional<double> instructions;
  std::optional<double> system_calls;
  std::optional<double> allocations;
};

struct CostBudget {
  std::string compiler;  // that built what was counted
  Tolerances tolerances;
  std::vector<BudgetRow> rows;
};

// Throws Failure that says what is wrong with the text.
CostBudget budget_from_json(std::string_view text);
std::string to_json(const CostBudget& budget);

struct Finding {
  enum class Kind {
    within,
    above,
    far_below,
    unknown,  // the server could not be counted
    no_tool   // nothing could be
  };

  std::string figure;  // "instructions"
  double allowed = 0;  // the budget
  double counted = 0;
  std::string skipped;  // of unknown and no_tool: why
  Kind kind = Kind::within;
};

// "GCC 12.2.0": the one that built weir-bench, and so its neighbours.
std::string this_compiler();

// A line for each figure of `row` that has a budget. `compiler` is the one of the readings.
std::vector<Finding> hold_against(const CostBudget& budget, const BudgetRow& row,
                                  const CostReading& reading, const std::string& compiler);

// Every figure that was counted becomes the row's budget; the others stay as they are.
void update(BudgetRow& row, const CostReading& reading);

// update() of every row, with a reading of each, counted with `compiler`. Instructions belong to a
// compiler: where it is another one than the budget names, and not all of the budget's instructions
// were counted, they all stay, and so does the name.
CostBudget updated(CostBudget budget, const std::vector<CostReading>& readings,
                   const std::string& compiler);

}  // namespace weir::bench
