// Work: the rows that a run of compare was asked for, before anything is measured.
#pragma once

#include <string>
#include <vector>

#include "compare/lab.hpp"
#include "compare/plan.hpp"
#include "compare/suites/suites.hpp"
#include "options.hpp"

namespace weir::bench {

struct Work {
  std::vector<Plan> plans;           // each row with the command that repeats it
  std::vector<std::string> counted;  // the ids of the rows of the suite "cost"

  bool is_empty() const { return plans.empty() && counted.empty(); }
};

// The rows of the suite, or of all of them, that --only means: the one of that id, or those whose
// ids contain it.
Work work_of(const CompareOptions& options, const SuiteSettings& settings, const LabOptions& lab);

// About how long it takes.
Seconds expected_time(const Work& work, const SuiteSettings& settings, const LabOptions& lab);

}  // namespace weir::bench
