#include "chat/post_office.hpp"

#include <chrono>
#include <utility>

#include "weir/io/event_loop.hpp"

namespace weir::chat {

namespace {

constexpr std::string_view topic = "chat";
constexpr Duration announced_every = std::chrono::seconds(5);

}  // namespace

Result<std::unique_ptr<PostOffice>> PostOffice::open(const std::string& address, BusOptions options,
                                                     Hall& hall) {
  std::unique_ptr<PostOffice> office(new PostOffice(hall, options.log));
  BusHooks hooks;
  hooks.on_state = [&hall](BusState state, const Error& why) {
    if (state != BusState::connected) {
      return hall.set_bus_condition(why.message.empty() ? "not connected" : why.message);
    }
    hall.set_bus_condition("");
    // Later on the bus brings what was missed, or says that it cannot.
    const bool for_the_first_time = why.message.empty();
    if (for_the_first_time) hall.ask();
  };
  auto bus = make_bus(address, std::move(options), std::move(hooks));
  if (!bus.ok()) return bus.error();
  office->bus_ = bus.take();
  SubscribeOptions subscribe;
  subscribe.on_lost = [&hall](std::uint64_t messages) { hall.lost(messages); };
  auto subscribed = office->bus_->subscribe(
      topic, [&office = *office](std::string_view text) { office.take(text); },
      std::move(subscribe));
  if (!subscribed.ok()) return subscribed.error();
  office->subscription_ = subscribed.take();
  return office;
}

void PostOffice::begin(EventLoop& loop) {
  if (bus_->state() != BusState::connected) hall_.set_bus_condition("not connected yet");
  announce_later(loop);
}

void PostOffice::announce_later(EventLoop& loop) {
  // The loop drops the task when it ends, before this does.
  loop.run_after(announced_every, [this, &loop] {
    hall_.announce();
    announce_later(loop);
  });
}

void PostOffice::post(const Packet& packet) { bus_->publish(topic, encode(packet)); }

void PostOffice::take(std::string_view text) {
  Result<Packet> packet = decode_packet(text);
  if (packet.ok()) return hall_.receive(packet.take());
  brake_.write(log_, LogLevel::warning, std::chrono::steady_clock::now(),
               "dropped what came over the bus: " + packet.error().message);
}

}  // namespace weir::chat
