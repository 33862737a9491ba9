// A row, as a person reads it in a terminal.
#include <algorithm>
#include <string>

#include "compare/compare.hpp"
#include "compare/figure_text.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

std::string ratio_text(const Row& row, const Entry& entry) {
  const bool floor = entry.role == Role::floor;
  if (entry.name == row.base) return floor ? "   the base, a floor" : "   the base";
  if (entry.ratios.empty()) return {};
  const Spread ratio = spread_of(entry.ratios);
  std::string text = right(fixed(ratio.median, 3), 8);
  if (entry.ratios.size() > 1) {
    text += "  (" + fixed(ratio.lowest, 3) + " to " + fixed(ratio.highest, 3) + ")";
  }
  return text + (floor ? "  a floor" : "") + (entry.no_result.empty() ? "" : "  no result");
}

}  // namespace

std::string to_text(const Row& row) {
  std::size_t width = 0;
  for (const Entry& entry : row.entries) width = std::max(width, entry.name.size());
  std::string text = row.id + "\n" + row.chart + ", " + row.title + ": " +
                     std::string(name_of(row.figure)) + " a " + row.per + "\n";
  for (const Entry& entry : row.entries) {
    text += "  " + entry.name + std::string(width - entry.name.size(), ' ');
    if (entry.is_measured()) {
      text += right(figure_text(row.figure, entry.median()), 12) + ratio_text(row, entry) + "\n";
    } else {
      text += "   skipped: " + entry.skipped + "\n";
    }
  }
  return text;
}

}  // namespace weir::bench
