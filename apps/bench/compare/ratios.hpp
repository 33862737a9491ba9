// What the figures of a row are multiples of.
#pragma once

#include "compare/comparison.hpp"

namespace weir::bench {

// Gives every measured entry but the base its ratios to the base's figures, round by round. In a
// row that is timed an entry has no result where these say nothing: they spread over more than
// `max_spread` of their median, are too few, or there is no base to hold it against; the time alone
// is the machine's as much as the program's.
void add_ratios(Row& row, double max_spread);

}  // namespace weir::bench
