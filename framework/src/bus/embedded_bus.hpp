// EmbeddedBus: the bus of one process. Layer: bus, private.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "bus/bus_loop.hpp"
#include "bus/topics.hpp"

namespace weir {

class EmbeddedBus final : public Bus {
 public:
  EmbeddedBus(std::unique_ptr<BusLoop> loop, const BusOptions& options)
      : loop_(std::move(loop)),
        log_(options.log),
        topics_(
            std::make_shared<Topics>(options.limits, UniqueFunction<void(const std::string&)>())) {}

  Published publish(std::string_view topic, std::string_view message) override;
  Result<Subscription> subscribe(std::string_view topic, MessageHandler handler,
                                 SubscribeOptions options) override;
  [[nodiscard]] BusState state() const override { return BusState::connected; }
  [[nodiscard]] BusStats stats() const override;

 private:
  const std::unique_ptr<BusLoop> loop_;
  const Log log_;
  const std::shared_ptr<Topics> topics_;
  std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> rejected_{0};
};

}  // namespace weir
