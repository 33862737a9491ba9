// Spread: what several rounds of the same measurement say together.
#pragma once

#include <string>
#include <vector>

namespace weir::bench {

struct Spread {
  double median = 0;
  double lowest = 0;
  double highest = 0;
};

Spread spread_of(std::vector<double> values);  // not empty

// From lowest to highest, as a share of the median.
inline double width_of(const Spread& spread) {
  return (spread.highest - spread.lowest) / spread.median;
}

// "B/A 1.050 (median of 5 rounds, 1.020 to 1.100)" and the end of the line.
std::string ratio_line(const std::vector<double>& ratios);

// What ratios may spread over, as a share of their median, unless somebody says otherwise.
inline constexpr double usual_max_spread = 0.10;

// Empty, or the reason why these paired ratios say nothing: too few, or further apart than
// `max_spread` of their median. Of seven rounds, lowest and highest enclose the true median with a
// confidence of 98%, whatever the noise looks like (of five, 94%).
std::string no_result(const std::vector<double>& ratios, double max_spread);

}  // namespace weir::bench
