// The parts of the page above the charts.
#pragma once

#include <string>

#include "compare/comparison.hpp"

namespace weir::bench::html {

std::string summary(const Comparison& comparison);  // at a glance
std::string facts(const Comparison& comparison);    // machine and settings

// Of the chart that row number `row` of the comparison is drawn in.
std::string chart_id(std::size_t row);

}  // namespace weir::bench::html
