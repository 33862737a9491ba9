#include "weir/bus/bus.hpp"

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "bus/bus_loop.hpp"
#include "bus/embedded_bus.hpp"
#include "bus/redis_bus.hpp"

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
  std::optional<RedisAddress> redis;
  if (RedisAddress::matches(address)) {
    auto parsed = RedisAddress::parse(address);
    if (!parsed.ok()) return parsed.error();
    redis = parsed.take();
    if (redis->tls && options.tls == nullptr) {
      return Error{"rediss:// needs BusOptions::tls", EINVAL};
    }
  } else if (address != "embedded") {
    return Error{"a bus is \"embedded\" or \"redis://HOST:PORT\", not " +
                     std::string(address.substr(0, address.find(':'))),
                 EINVAL};
  }
  auto loop = BusLoop::make(options);
  if (!loop.ok()) return loop.error();
  if (!redis) return std::unique_ptr<Bus>(std::make_unique<EmbeddedBus>(loop.take(), options));
  auto bus = std::make_unique<RedisBus>(loop.take(), *std::move(redis), std::move(options),
                                        std::move(hooks));
  if (const Status started = bus->start(); !started.ok()) return started.error();
  return std::unique_ptr<Bus>(std::move(bus));
}

}  // namespace weir
