#include "report/plot.hpp"

namespace weir::bench::html {

void Plot::draw_axis(Svg& svg, const std::string& up_title, const std::string& across_title) const {
  svg.text(0, 11, "quiet", up_title);
  svg.line(left, bottom, right, bottom, "axis");
  svg.text((left + right) / 2, bottom + 31, "middle quiet", across_title);
}

void Plot::draw_level(Svg& svg, double value, const std::string& words) const {
  const double y = up(value);
  svg.line(left, y, right, y, "grid");
  svg.text(left - 5, y + 4, "end quiet", words);
}

void Plot::draw_mark(Svg& svg, double x) const { svg.line(x, bottom, x, bottom + 4, "axis"); }

void Plot::draw_mark_words(Svg& svg, double x, const std::string& words) const {
  svg.text(x, bottom + 15, "middle quiet", words);
}

}  // namespace weir::bench::html
