// Plot: the field that a chart's lines are drawn in, with its two scales and what stands around it.
#pragma once

#include <string>

#include "report/scale.hpp"
#include "report/svg.hpp"

namespace weir::bench::html {

struct Plot {
  static constexpr double left = 50;
  static constexpr double right = chart_width - 16;
  static constexpr double top = 22;
  static constexpr double bottom = 236;
  static constexpr double height = 272;  // of the drawing, with what stands below

  Scale across;  // to left..right
  Scale up;      // to bottom..top

  // The axis below, and what both scales are of.
  void draw_axis(Svg& svg, const std::string& up_title, const std::string& across_title) const;
  // A line of the grid at `value`, and its words.
  void draw_level(Svg& svg, double value, const std::string& words) const;
  // A mark of the axis at the place `x`; its words go below it.
  void draw_mark(Svg& svg, double x) const;
  void draw_mark_words(Svg& svg, double x, const std::string& words) const;
};

}  // namespace weir::bench::html
