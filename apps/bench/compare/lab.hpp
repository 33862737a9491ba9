// The lab: measures the contestants of a plan in turn, A B C A B C, so that what else the machine
// does concerns them all alike.
#pragma once

#include "compare/comparison.hpp"
#include "compare/plan.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

struct LabOptions {
  unsigned rounds = 7;
  double max_spread = usual_max_spread;  // of paired ratios, as a share of their median
  // The servers share the first processor and only one of them runs; the load has the second one.
  bool pin = true;
};

// The plan's own number, or that of all.
unsigned rounds_of(const Plan& plan, const LabOptions& options);

// About how long that takes, when a round's load takes `round`.
Seconds expected_time(const Plan& plan, const LabOptions& options, Seconds round);

// Each contestant has an entry, in their order; one that is missing or fails is skipped with the
// reason.
Row run_plan(const Plan& plan, const LabOptions& options, const Interrupts& interrupts);

}  // namespace weir::bench
