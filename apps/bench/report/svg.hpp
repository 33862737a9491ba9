// Svg: one drawing inside the page, scaled by its viewBox. Colours are classes of report.css.
#pragma once

#include <string>
#include <string_view>

namespace weir::bench::html {

inline constexpr double chart_width = 320;  // about a telephone's, so that letters stay readable

class Svg {
 public:
  // `label` says what it shows, `table` is the id of the element with its numbers.
  Svg(double height, std::string_view label, std::string_view table);

  // `title` is what a pointer shows; all texts are escaped here.
  void rect(double x, double y, double width, double height, std::string_view classes,
            std::string_view title = {});
  void line(double x1, double y1, double x2, double y2, std::string_view classes);
  void path(std::string_view shape, std::string_view classes, std::string_view title = {});
  void text(double x, double y, std::string_view classes, std::string_view text);

  std::string markup() const;

 private:
  std::string markup_;
};

std::string number(double value);       // of a coordinate
std::string point(double x, double y);  // "12.5,3.0"

}  // namespace weir::bench::html
