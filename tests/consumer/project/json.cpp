#include <weir/framing/json.hpp>

int main() {
  const auto document = weir::parse_json(R"({"level": 3})");
  return document.ok() && document.value()["level"] == 3 ? 0 : 1;
}
