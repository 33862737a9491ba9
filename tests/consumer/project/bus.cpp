#include <weir/bus/bus.hpp>

int main() {
  const auto bus = weir::make_bus("embedded").take();
  const auto lobby = bus->subscribe("lobby", [](std::string_view) {});
  return lobby.ok() && bus->publish("lobby", "hello") == weir::Published::sent ? 0 : 1;
}
