#include "compare/ratios.hpp"

#include <algorithm>

namespace weir::bench {
namespace {

// Why there is nothing to divide by, or nothing.
std::string missing_base(const Row& row, const std::vector<double>& of_base) {
  if (of_base.empty()) return row.base + ", the base, was not measured";
  const bool costs = std::ranges::all_of(of_base, [](double figure) { return figure > 0; });
  return costs ? "" : row.base + ", the base, cost nothing in a round";
}

}  // namespace

void add_ratios(Row& row, double max_spread) {
  const auto base = std::ranges::find(row.entries, row.base, &Entry::name);
  const auto of_base = base == row.entries.end() ? std::vector<double>{} : base->rounds;
  const std::string missing = missing_base(row, of_base);
  for (Entry& entry : row.entries) {
    if (entry.name == row.base || !entry.is_measured()) continue;
    const std::size_t pairs = missing.empty() ? std::min(of_base.size(), entry.rounds.size()) : 0;
    for (std::size_t i = 0; i < pairs; ++i) entry.ratios.push_back(entry.rounds[i] / of_base[i]);
    if (!is_timed(row.figure)) continue;
    entry.no_result = missing.empty() ? no_result(entry.ratios, max_spread) : missing;
  }
}

}  // namespace weir::bench
