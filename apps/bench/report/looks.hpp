// Looks: how each contestant's line is drawn, the same in all charts of a page. Lines differ by
// colour, by dashes and by the shape of their points, so that no one of them is needed.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "compare/comparison.hpp"

namespace weir::bench::html {

struct Look {
  bool weir = false;       // one colour, thick, filled points
  std::size_t number = 0;  // among weir's, or among the others

  std::string line_classes() const;
  std::string point_classes() const;
  std::string shape(double x, double y) const;  // a path around that place
};

class Looks {
 public:
  explicit Looks(const Comparison& comparison);

  Look of(const std::string& name) const { return looks_.at(name); }
  // A line of a legend: a drawn sample and the name.
  std::string legend(const Entry& entry) const;

 private:
  std::map<std::string, Look> looks_;
};

}  // namespace weir::bench::html
