#include "cost/cost_run.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <utility>

#include "cost/cost_report.hpp"
#include "failure.hpp"
#include "system/replaced_file.hpp"
#include "system/run.hpp"

namespace weir::bench {
namespace {

constexpr int skipped_status = 77;  // as ctest has it

bool has_figure(const CostReading& reading) {
  return reading.instructions.is_known() || reading.system_calls.is_known() ||
         reading.allocations.is_known();
}

int run_table(const CostOptions& options, const Interrupts& interrupts, std::ostream& out) {
  std::vector<CostReading> readings;
  for (const auto& command : options.commands) {
    readings.push_back(measure_cost(command, options, interrupts));
  }
  out << (options.json ? to_json(options, readings) : to_text(options, readings));
  return std::ranges::all_of(readings, has_figure) ? 0 : 1;
}

CostBudget read_budget(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw BadFile("cannot read '" + path + "'");
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  try {
    return budget_from_json(text);
  } catch (const Failure& failure) {
    throw BadFile("'" + path + "' is no budget: " + failure.what());
  }
}

void write_budget(const std::string& path, const CostBudget& budget) {
  if (const auto error = replace_file(path, to_json(budget))) {
    throw Failure("cannot write '" + path + "': " + error.message());
  }
}

// Programs without a path are those beside weir-bench.
Command located(Command command) {
  const auto beside = programs_directory() / command.front();
  if (std::filesystem::exists(beside)) command.front() = beside.string();
  return command;
}

// The last line, and the exit status. What could not be counted was neither kept nor written.
int tell_all(const std::vector<Finding>& findings, std::ostream& out) {
  const auto count = [&](Finding::Kind kind) {
    return std::ranges::count(findings, kind, &Finding::kind);
  };
  const auto above = count(Finding::Kind::above);
  const auto unknown = count(Finding::Kind::unknown);
  const auto no_tool = count(Finding::Kind::no_tool);
  out << findings.size() << " figures, " << above << " above their budget, " << unknown + no_tool
      << " not counted\n";
  if (above + unknown > 0) return 1;
  return no_tool > 0 ? skipped_status : 0;
}

int run_budget(const CostOptions& options, const Interrupts& interrupts, std::ostream& out) {
  auto budget = read_budget(options.budget);
  const auto compiler = this_compiler();
  out << "budget of " << budget.compiler << ", counted with " << compiler << "\n";
  std::vector<Finding> all;
  std::vector<CostReading> readings;
  for (auto row : budget.rows) {
    readings.push_back(
        measure_cost(located(row.options.commands.front()), row.options, interrupts));
    if (options.update) update(row, readings.back());
    const auto findings = hold_against(budget, row, readings.back(), compiler);
    out << to_text(row, findings) << std::flush;
    if (findings.empty()) throw Failure("'" + row.name + "' has no figure: see --update");
    all.insert(all.end(), findings.begin(), findings.end());
  }
  if (options.update) {
    budget = updated(std::move(budget), readings, compiler);
    write_budget(options.budget, budget);
    out << "written to " << options.budget << "\n";
    if (budget.compiler != compiler) {
      out << "instructions stay those of " << budget.compiler << ": not all were counted\n";
    }
  }
  return tell_all(all, out);
}

}  // namespace

int run_cost(const CostOptions& options, const Interrupts& interrupts, std::ostream& out) {
  return options.budget.empty() ? run_table(options, interrupts, out)
                                : run_budget(options, interrupts, out);
}

}  // namespace weir::bench
