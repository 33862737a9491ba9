// weir-bench cost: a table of what servers cost, or a budget that they are held against.
#pragma once

#include <iosfwd>

#include "options.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// Prints to `out` and answers the exit status, as main.cpp has it. Throws BadFile when a budget
// cannot be read or is none, and Failure when it cannot be written.
int run_cost(const CostOptions& options, const Interrupts& interrupts, std::ostream& out);

}  // namespace weir::bench
