#include "spread.hpp"

#include <algorithm>
#include <cstddef>

#include "text.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t fewest_rounds = 5;

}  // namespace

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const bool odd = values.size() % 2 == 1;
  return {.median = odd ? values[middle] : (values[middle - 1] + values[middle]) / 2,
          .lowest = values.front(),
          .highest = values.back()};
}

std::string ratio_line(const std::vector<double>& ratios) {
  const Spread spread = spread_of(ratios);
  return "B/A " + fixed(spread.median, 3) + " (median of " + plural(ratios.size(), "round") + ", " +
         fixed(spread.lowest, 3) + " to " + fixed(spread.highest, 3) + ")\n";
}

std::string no_result(const std::vector<double>& ratios, double max_spread) {
  if (ratios.size() < fewest_rounds)
    return "fewer than " + std::to_string(fewest_rounds) + " rounds";
  const double width = width_of(spread_of(ratios));
  if (width <= max_spread) return {};
  return "from lowest to highest the ratios spread over " + percent(width, 1) +
         " of their median, more than " + percent(max_spread, 1);
}

}  // namespace weir::bench
