// What `weir-bench cost` prints.
#pragma once

#include <string>
#include <vector>

#include "cost/budget.hpp"
#include "cost/cost.hpp"
#include "options.hpp"

namespace weir::bench {

// The readings are those of options.commands, in their order.
std::string to_text(const CostOptions& options, const std::vector<CostReading>& readings);
std::string to_json(const CostOptions& options, const std::vector<CostReading>& readings);

// A line for every figure of a row that is held against its budget.
std::string to_text(const BudgetRow& row, const std::vector<Finding>& findings);

}  // namespace weir::bench
