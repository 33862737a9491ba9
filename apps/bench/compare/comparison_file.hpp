// A Comparison's file, read whole: `report` and `diff` begin here.
#pragma once

#include <cstddef>
#include <string>

#include "compare/comparison.hpp"

namespace weir::bench {

inline constexpr std::size_t max_comparison_bytes = 64U << 20U;  // real ones take less than 1 MiB

// Throws BadFile "PATH: why" when it cannot be read, is too large, is no comparison, or names a
// row, or a contestant of a row, twice.
Comparison read_comparison(const std::string& path);

}  // namespace weir::bench
