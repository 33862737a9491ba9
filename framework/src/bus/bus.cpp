#include "weir/bus/bus.hpp"

#include <string>
#include <utility>

#include "bus/bus_loop.hpp"
#include "bus/embedded_bus.hpp"

namespace weir {

std::string_view to_string(BusState state) {
  switch (state) {
    case BusState::connecting:
      return "connecting";
    case BusState::connected:
      return "connected";
    case BusState::lost:
      return "lost";
  }
  return "unknown";
}

Result<std::unique_ptr<Bus>> make_bus(std::string_view address, BusOptions options,
                                      BusHooks hooks) {
  static_cast<void>(hooks);
  if (address != "embedded") {
    return Error{"a bus is \"embedded\" or \"redis://HOST:PORT\"", 0};
  }
  auto loop = BusLoop::make(options);
  if (!loop.ok()) return loop.error();
  return std::unique_ptr<Bus>(std::make_unique<EmbeddedBus>(loop.take(), options));
}

}  // namespace weir
