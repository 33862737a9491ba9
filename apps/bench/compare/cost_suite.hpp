// The suite "cost": what is counted of a message, and what it takes to compile a server. Nothing of
// it is timed but the compiler, so that it needs no rounds of its own and no quiet machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/comparison.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// Of all its rows, in their order.
std::vector<std::string> cost_row_ids();

struct CostSuite {
  std::filesystem::path programs;  // the folder of weir-bench; who is not there is skipped
  std::vector<std::string> ids;    // the rows; nothing else is counted
  // Leaves out most contestants and takes less than a minute; it compiles once, which is no result.
  bool quick = false;
  double max_spread = usual_max_spread;  // of the compiler's ratios (compare/ratios.hpp)
};

// Whole rows, measured, in the order of cost_row_ids().
std::vector<Row> run_cost_suite(const CostSuite& suite, const Interrupts& interrupts);

}  // namespace weir::bench
