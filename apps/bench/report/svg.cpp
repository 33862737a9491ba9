#include "report/svg.hpp"

#include "report/markup.hpp"
#include "text.hpp"

namespace weir::bench::html {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string closed(std::string_view name, const std::string& attributes, std::string_view title) {
  const std::string begin = "<" + std::string(name) + attributes;
  if (title.empty()) return begin + "/>";
  return begin + "><title>" + escape(title) + "</title></" + std::string(name) + ">";
}

}  // namespace

Svg::Svg(double height, std::string_view label, std::string_view table)
    : markup_("<svg class=\"chart\" role=\"img\"" +
              attribute("viewBox", "0 0 " + number(chart_width) + " " + number(height)) +
              attribute("aria-label", escape(label)) + attribute("aria-describedby", table) + ">") {
}

void Svg::rect(double x, double y, double width, double height, std::string_view classes,
               std::string_view title) {
  markup_ += closed("rect",
                    attribute("x", number(x)) + attribute("y", number(y)) +
                        attribute("width", number(width)) + attribute("height", number(height)) +
                        attribute("class", classes),
                    title);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
  markup_ += closed("line",
                    attribute("x1", number(x1)) + attribute("y1", number(y1)) +
                        attribute("x2", number(x2)) + attribute("y2", number(y2)) +
                        attribute("class", classes),
                    {});
}

void Svg::path(std::string_view shape, std::string_view classes, std::string_view title) {
  markup_ += closed("path", attribute("d", shape) + attribute("class", classes), title);
}

void Svg::text(double x, double y, std::string_view classes, std::string_view text) {
  markup_ += "<text" + attribute("x", number(x)) + attribute("y", number(y)) +
             attribute("class", classes) + ">" + escape(text) + "</text>";
}

std::string Svg::markup() const { return markup_ + "</svg>"; }

std::string number(double value) { return fixed(value, 1); }

std::string point(double x, double y) { return number(x) + "," + number(y); }

}  // namespace weir::bench::html
