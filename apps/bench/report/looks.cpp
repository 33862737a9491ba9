#include "report/looks.hpp"

#include <array>
#include <utility>

#include "report/markup.hpp"
#include "report/svg.hpp"
#include "report/words.hpp"

namespace weir::bench::html {
namespace {

constexpr std::size_t colours = 7;  // c0 to c6 of report.css
constexpr std::size_t shades = 3;   // s0 to s2, of weir's colour
constexpr std::size_t dashes = 4;   // d0 to d3

using Corner = std::pair<double, double>;

std::string polygon(double x, double y, const std::vector<Corner>& corners) {
  std::string path;
  for (const auto& [right, down] : corners) {
    path += (path.empty() ? "M" : "L") + point(x + right, y + down);
  }
  return path + "Z";
}

std::string circle(double x, double y) {
  return "M" + point(x - 3, y) + "a3,3 0 1 0 6,0a3,3 0 1 0 -6,0Z";
}

const std::array<std::vector<Corner>, 6> shapes = {{
    {{-2.7, -2.7}, {2.7, -2.7}, {2.7, 2.7}, {-2.7, 2.7}},  // a square
    {{0, -3.8}, {3.8, 0}, {0, 3.8}, {-3.8, 0}},            // on its corner
    {{0, -3.6}, {3.4, 2.6}, {-3.4, 2.6}},                  // a triangle
    {{0, 3.6}, {3.4, -2.6}, {-3.4, -2.6}},                 // on its corner
    {{-3.6, 0}, {2.6, -3.4}, {2.6, 3.4}},                  // to the left
    {{-3.4, -1.6}, {3.4, -1.6}, {3.4, 1.6}, {-3.4, 1.6}},  // a bar
}};

}  // namespace

std::string Look::line_classes() const {
  return (weir ? "line w s" + std::to_string(number % shades)
               : "line c" + std::to_string(number % colours)) +
         " d" + std::to_string(number % dashes);
}

std::string Look::point_classes() const {
  return weir ? "point w s" + std::to_string(number % shades)
              : "point c" + std::to_string(number % colours);
}

std::string Look::shape(double x, double y) const {
  const std::size_t which = number % (shapes.size() + 1);
  return which == 0 ? circle(x, y) : polygon(x, y, shapes[which - 1]);
}

Looks::Looks(const Comparison& comparison) {
  std::size_t of_weir = 0;
  std::size_t others = 0;
  for (const Row& row : comparison.rows) {
    for (const Entry& entry : row.entries) {
      if (looks_.contains(entry.name)) continue;
      std::size_t& count = is_weir(entry) ? of_weir : others;
      looks_[entry.name] = {.weir = is_weir(entry), .number = count++};
    }
  }
}

std::string Looks::legend(const Entry& entry) const {
  const Look look = of(entry.name);
  return "<li><svg class=\"sample\" viewBox=\"0 0 34 10\" aria-hidden=\"true\"><path d=\"M0,5H34\" "
         "class=\"" +
         look.line_classes() + "\"/><path d=\"" + look.shape(17, 5) + "\" class=\"" +
         look.point_classes() + "\"/></svg>" + escape(name_words(entry)) + "</li>";
}

}  // namespace weir::bench::html
