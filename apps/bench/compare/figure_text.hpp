// A figure in plain text, with its unit.
#pragma once

#include <string>

#include "compare/comparison.hpp"

namespace weir::bench {

std::string figure_text(Figure figure, double value);  // "5,412 ns", "1.2 KiB", "2.02"
std::string unit_text(Figure figure);  // "CPU", "user memory", "system calls": what is counted

}  // namespace weir::bench
