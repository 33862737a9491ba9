// The code of docs/groups.md.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "weir/testing/memory_loop.hpp"
#include "weir/weir.hpp"

namespace {

struct Ticker {
  void pause() { paused = true; }
  void go_on() { paused = false; }
  bool paused = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(groups)

BOOST_AUTO_TEST_CASE(what_one_says_everybody_hears) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  weir::Group everybody;
  weir::Hooks hooks;
  hooks.on_open = [&everybody](weir::Session& session) { everybody.add(session); };
  server.listen(
      "tcp://127.0.0.1:7000", weir::lines(),
      [&everybody](std::string_view line) { everybody.send(line); }, std::move(hooks));
  BOOST_REQUIRE(server.start().ok());
  auto one = loop.dial("tcp://127.0.0.1:7000");
  auto two = loop.dial("tcp://127.0.0.1:7000");
  loop.run_ready();
  one.send("hello\n");
  loop.run_ready();
  BOOST_TEST(one.take() == "hello\n");
  BOOST_TEST(two.take() == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_ticker_pauses_and_goes_on_and_rooms_have_names) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  weir::Session session;
  weir::Hooks hooks;
  hooks.on_open = [&session](weir::Session& opened) { session = opened; };
  server.listen(
      "tcp://127.0.0.1:7000", weir::lines(), [](std::string_view) {}, std::move(hooks));
  BOOST_REQUIRE(server.start().ok());
  auto peer = loop.dial("tcp://127.0.0.1:7000");
  loop.run_ready();
  {
    const std::string price(300 * 1024, '1');
    Ticker ticker;
    weir::GroupOptions options;
    options.on_drained = [&ticker] { ticker.go_on(); };  // on a loop's thread
    weir::Group prices(std::move(options));
    prices.add(session);
    if (prices.send(price) == weir::SendResult::pressured) ticker.pause();
    BOOST_TEST(ticker.paused);
    for (loop.run_ready(); peer.available() != 0; loop.run_ready()) peer.take();
    BOOST_TEST(!ticker.paused);
  }
  {
    weir::Groups rooms;
    if (rooms.add("lobby", session) == weir::AddResult::names_full) session.send("no more rooms");
    rooms.send("lobby", "somebody came");
    rooms.remove("lobby", session);
    loop.run_ready();
    BOOST_TEST(peer.take() == "somebody came\n");
    BOOST_TEST(rooms.names() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(every_session_has_a_user) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  struct User {
    std::string name = "somebody";
  };
  auto users = server.session<User>();
  server.listen("tcp://127.0.0.1:7001", weir::lines(),
                [users](std::string_view line, weir::Session& session) {
                  return std::exchange(users[session].name, line);
                });
  BOOST_REQUIRE(server.start().ok());
  auto peer = loop.dial("tcp://127.0.0.1:7001");
  peer.send("ada\nbob\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "somebody\nada\n");
}

BOOST_AUTO_TEST_SUITE_END()
