#include "cost/budget.hpp"

#include <algorithm>
#include <cmath>

namespace weir::bench {
namespace {

// "GCC 12" of "GCC 12.2.0".
std::string_view major_of(std::string_view compiler) {
  return compiler.substr(0, compiler.find('.'));
}

Finding judge(std::string figure, double allowed, const Cost& cost, double tolerance,
              double far_below) {
  Finding finding{.figure = std::move(figure),
                  .allowed = allowed,
                  .counted = cost.value,
                  .skipped = cost.skipped};
  if (!cost.is_known()) {
    finding.kind = cost.has_tool ? Finding::Kind::unknown : Finding::Kind::no_tool;
  } else if (cost.value > allowed + tolerance) {
    finding.kind = Finding::Kind::above;
  } else if (cost.value < allowed - std::max(tolerance, allowed * far_below)) {
    finding.kind = Finding::Kind::far_below;
  }
  return finding;
}

double rounded(double value, double step) { return std::round(value / step) * step; }

}  // namespace

std::string this_compiler() {
#ifdef __clang__
  return "Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
         std::to_string(__clang_patchlevel__);
#else
  return "GCC " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
         std::to_string(__GNUC_PATCHLEVEL__);
#endif
}

std::vector<Finding> hold_against(const CostBudget& budget, const BudgetRow& row,
                                  const CostReading& reading, const std::string& compiler) {
  const auto& may = budget.tolerances;
  const bool is_same = major_of(compiler) == major_of(budget.compiler);
  const double share = is_same ? may.instructions : may.instructions_of_another_compiler;
  std::vector<Finding> findings;
  if (row.instructions) {
    findings.push_back(judge("instructions", *row.instructions, reading.instructions,
                             *row.instructions * share, may.far_below));
  }
  if (row.system_calls) {
    findings.push_back(judge("system_calls", *row.system_calls, reading.system_calls,
                             *row.system_calls * may.system_calls + may.counts, may.far_below));
  }
  if (row.allocations) {
    findings.push_back(judge("allocations", *row.allocations, reading.allocations,
                             *row.allocations * may.allocations + may.counts, may.far_below));
  }
  return findings;
}

void update(BudgetRow& row, const CostReading& reading) {
  const auto take = [](std::optional<double>& figure, const Cost& cost, double step) {
    if (cost.is_known()) figure = rounded(cost.value, step);
  };
  take(row.instructions, reading.instructions, 0.5);
  take(row.system_calls, reading.system_calls, 0.001);
  take(row.allocations, reading.allocations, 0.001);
}

CostBudget updated(CostBudget budget, const std::vector<CostReading>& readings,
                   const std::string& compiler) {
  const CostBudget before = budget;
  bool all_counted = true;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const bool is_held = before.rows[i].instructions.has_value();
    if (is_held && !readings[i].instructions.is_known()) all_counted = false;
    update(budget.rows[i], readings[i]);
  }
  if (all_counted) {
    budget.compiler = compiler;
  } else if (compiler != before.compiler) {
    for (std::size_t i = 0; i < readings.size(); ++i) {
      budget.rows[i].instructions = before.rows[i].instructions;
    }
  }
  return budget;
}

}  // namespace weir::bench
