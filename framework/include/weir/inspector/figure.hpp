// Figure: a number of the application's own that the inspector shows beside the server's.
// Layer: inspector.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weir {

struct Figure {
  /// As Prometheus names metrics: "weir_upstream_connects_total" (letters, digits and '_'). Those
  /// with one name follow each other, and have the same help.
  std::string name;
  std::string help;
  /// Only ever grows; the name ends with "_total" then.
  bool counter = false;
  std::vector<std::pair<std::string, std::string>> labels{};
  double value = 0;
};

}  // namespace weir
