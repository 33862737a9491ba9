// The suite "cost": what is counted of a message, and what it takes to compile a server. Nothing of
// it is timed but the compiler, so that it needs no rounds of its own and no quiet machine.
#pragma once

#include <filesystem>
#include <vector>

#include "compare/comparison.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// Whole rows, measured. `programs` is the folder of weir-bench; who is not there is skipped with
// the reason. `quick` leaves out most contestants and takes less than a minute; it compiles once,
// which is no result. `max_spread` is that of the compiler's ratios (compare/ratios.hpp).
std::vector<Row> run_cost_suite(const std::filesystem::path& programs, bool quick,
                                double max_spread, const Interrupts& interrupts);

}  // namespace weir::bench
