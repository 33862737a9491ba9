// The three drawings of the page. Each answers markup; `table` is the id of the numbers.
#pragma once

#include <string>
#include <vector>

#include "compare/comparison.hpp"
#include "report/looks.hpp"

namespace weir::bench::html {

// A row's contestants, cheapest first, as bars of their median with a whisker from lowest to
// highest. A bar far longer than most is cut and says so.
std::string bar_chart(const Row& row, const std::string& table);

// Cost along the axis of `rows`, which share figure and unit, with a legend.
std::string line_chart(const std::vector<const Row*>& rows, const Looks& looks,
                       const std::string& table);

// How long the slowest of a hundred, a thousand, ten thousand took, with a legend.
bool has_latency(const Row& row);
std::string latency_chart(const Row& row, const Looks& looks, const std::string& table);

}  // namespace weir::bench::html
