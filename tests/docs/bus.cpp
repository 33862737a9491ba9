// The code of docs/bus.md.
#include "weir/bus/bus.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/testing/memory_loop.hpp"
#include "weir/weir.hpp"

namespace {

weir::Subscription relay(weir::Bus& bus, weir::Groups& rooms, const std::string& room) {
  return bus
      .subscribe(room, [&rooms, room](std::string_view message) { rooms.send(room, message); })
      .take();
}

weir::Result<std::unique_ptr<weir::Bus>> join(const std::string& address) {
  weir::BusHooks hooks;
  hooks.on_state = [](weir::BusState state, const weir::Error& why) {
    std::clog << "bus: " << weir::to_string(state) << ' ' << why.message << '\n';
  };
  return weir::make_bus(address, {}, std::move(hooks));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bus)

BOOST_AUTO_TEST_CASE(one_process_hears_itself) {
  std::vector<std::string> heard;
  {
    const auto bus = weir::make_bus().take();
    const weir::Subscription lobby =
        bus->subscribe("lobby", [&heard](std::string_view message) { heard.emplace_back(message); })
            .take();
    bus->publish("lobby", "hello");
  }
  BOOST_TEST(heard.size() <= 1U);  // it may have ended before
}

BOOST_AUTO_TEST_CASE(rooms_are_relayed_to_their_members) {
  weir::testing::MemoryLoop loop;
  weir::BusOptions on_loop;
  on_loop.loop = &loop;
  const auto bus = weir::make_bus("embedded", std::move(on_loop)).take();

  weir::Groups rooms;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  weir::Hooks hooks;
  hooks.on_open = [&rooms](weir::Session& session) { rooms.add("lobby", session); };
  server.listen(
      "tcp://127.0.0.1:7000", weir::lines(),
      [&bus](std::string_view line) { bus->publish("lobby", line); }, std::move(hooks));
  BOOST_REQUIRE(server.start().ok());
  const weir::Subscription lobby = relay(*bus, rooms, "lobby");
  auto peer = loop.dial("tcp://127.0.0.1:7000");
  loop.run_ready();
  peer.send("hello\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "hello\n");
}

BOOST_AUTO_TEST_CASE(what_is_lost_is_told_in_its_place) {
  weir::testing::MemoryLoop loop;
  weir::BusOptions on_loop;
  on_loop.loop = &loop;
  const auto made = weir::make_bus("embedded", std::move(on_loop));
  weir::Bus& bus = *made.value();
  std::vector<std::string> log;
  weir::SubscribeOptions options;
  options.on_lost = [&log](std::uint64_t messages) {
    log.push_back(messages != 0 ? std::to_string(messages) + " messages are missing here"
                                : "messages may be missing here");
  };
  const auto lobby = bus.subscribe(
      "lobby", [&log](std::string_view message) { log.emplace_back(message); }, std::move(options));
  for (int i = 0; i < 10'001; ++i) bus.publish("lobby", "hello");
  loop.run_ready();
  BOOST_TEST(log.size() == 10'001U);
  BOOST_TEST(log.front() == "1 messages are missing here");
}

BOOST_AUTO_TEST_CASE(an_address_says_which_bus_it_is) {
  BOOST_TEST(join("embedded").ok());
  BOOST_TEST(!join("redis://").ok());
}

BOOST_AUTO_TEST_SUITE_END()
