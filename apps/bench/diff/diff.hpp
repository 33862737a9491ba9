// weir-bench diff: two files of `compare`, and what of it is worse, better or only noise.
#pragma once

#include <string>

#include "diff/difference.hpp"
#include "options.hpp"

namespace weir::bench {

// Throws BadFile, see read_comparison().
Difference run_diff(const DiffOptions& options);

std::string to_text(const DiffOptions& options, const Difference& difference);
std::string to_json(const DiffOptions& options, const Difference& difference);

// 1 when something is worse, else 0.
int status_of(const Difference& difference);

}  // namespace weir::bench
