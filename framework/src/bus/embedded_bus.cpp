#include "bus/embedded_bus.hpp"

namespace weir {

Published EmbeddedBus::publish(std::string_view topic, std::string_view message) {
  if (!topics_->fits(topic, message)) {
    rejected_.fetch_add(1, std::memory_order_relaxed);
    return Published::rejected;
  }
  published_.fetch_add(1, std::memory_order_relaxed);
  topics_->deliver(topic, std::make_shared<const std::string>(message));
  return Published::sent;
}

Result<Subscription> EmbeddedBus::subscribe(std::string_view topic, MessageHandler handler,
                                            SubscribeOptions options) {
  LoopHandle where = options.loop;
  if (where == LoopHandle()) {
    // Only who has no loop needs the bus's thread.
    if (const Status started = loop_->start(); !started.ok()) return started.error();
    where = loop_->handle();
  }
  return topics_->add(topic, std::make_shared<Subscriber>(std::move(handler), std::move(options),
                                                          std::move(where), log_));
}

BusStats EmbeddedBus::stats() const {
  BusStats stats;
  stats.published = published_.load(std::memory_order_relaxed);
  stats.rejected = rejected_.load(std::memory_order_relaxed);
  topics_->count(stats);
  return stats;
}

}  // namespace weir
