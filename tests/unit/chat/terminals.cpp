// The hall for terminals, from the bytes on: a server in memory, with the bus on its loop.
#include "chat/terminals.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

#include "chat/post_office.hpp"
#include "weir/testing/memory_loop.hpp"

using namespace weir::chat;
using weir::testing::MemoryLoop;
using weir::testing::Peer;

namespace {

struct Bench {
  Bench() {
    HallOptions options;
    options.process = "this-process";
    options.log = "this-log";
    options.wall_clock = [] { return std::int64_t{3'660'000}; };
    options.clock = [this] { return loop.now(); };
    options.post = [this](const Packet& packet) { office->post(packet); };
    hall = std::make_unique<Hall>(std::move(options));
    weir::BusOptions bus;
    bus.loop = &loop;
    office = PostOffice::open("embedded", std::move(bus), *hall).take();
    terminals = std::make_unique<Terminals>(*hall, limits);
    BOOST_REQUIRE(terminals->listen(server, "tcp://127.0.0.1:7002", {}).ok());
    BOOST_REQUIRE(server.start().ok());
  }

  /// What `peer` gets for `bytes`.
  std::string ask(Peer& peer, std::string_view bytes) {
    peer.send(bytes);
    loop.run_ready();
    return peer.take();
  }
  Peer come(const std::string& nick) {
    Peer peer = loop.dial("tcp://127.0.0.1:7002");
    ask(peer, "/nick " + nick + "\n");
    return peer;
  }

  const Limits limits;
  MemoryLoop loop;
  std::unique_ptr<Hall> hall;
  std::unique_ptr<PostOffice> office;
  std::unique_ptr<Terminals> terminals;
  weir::Server server{{.log = weir::Log(weir::LogLevel::off), .loop = &loop}};
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_terminal_is_greeted_and_told_where_it_is) {
  Bench bench;
  Peer peer = bench.loop.dial("tcp://127.0.0.1:7002");
  BOOST_TEST(bench.ask(peer, "") ==
             "> Welcome to weir-chat. What you type is said to the room; /help lists commands.\n"
             "> You are guest-1 in #lobby. Here: guest-1\n");
}

BOOST_AUTO_TEST_CASE(a_line_is_said_to_all_of_the_room_and_to_nobody_else) {
  Bench bench;
  Peer anna = bench.come("anna");
  Peer bob = bench.come("bob");
  anna.take();
  Peer carl = bench.come("carl");
  BOOST_TEST(bench.ask(carl, "/join attic\n") == "> You are carl in #attic. Here: carl\n");
  anna.take();
  bob.take();
  BOOST_TEST(bench.ask(anna, "hello\x1b[2J\r\n") == "[01:01] anna: hello[2J\n");
  BOOST_TEST(bob.take() == "[01:01] anna: hello[2J\n");
  BOOST_TEST(carl.take() == "");
  BOOST_TEST(bench.ask(anna, "//slash\n") == "[01:01] anna: /slash\n");
  BOOST_TEST(bench.ask(carl, "/join #Lobby\n") ==
             "> You are carl in #lobby. Here: anna, bob, carl\n"
             "[01:01] anna: hello[2J\n[01:01] anna: /slash\n");
  BOOST_TEST(anna.take() == "* carl has come\n");
}

BOOST_AUTO_TEST_CASE(commands_answer_to_who_gave_them) {
  Bench bench;
  Peer anna = bench.come("anna");
  Peer bob = bench.come("bob");
  anna.take();
  BOOST_TEST(bench.ask(anna, "/who\n") == "> Here: anna, bob\n");
  BOOST_TEST(bench.ask(anna, "/rooms\n") == "> Rooms: #lobby (2)\n");
  BOOST_TEST(bench.ask(anna, "/nick BOB\n") == "> BOB is taken in #lobby.\n");
  BOOST_TEST(bench.ask(anna, "/nick\n") == "> a nickname needs a visible character.\n");
  BOOST_TEST(bench.ask(anna, "/join lobby\n") == "> You are in #lobby already.\n");
  BOOST_TEST(bench.ask(anna, "/jump\x1b\n") ==
             "> There is no command /jump; /help lists those there are.\n");
  BOOST_TEST(bench.ask(anna, "/help\n").find("/nick NAME") != std::string::npos);
  BOOST_TEST(bench.ask(anna, "\n\n") == "");
  BOOST_TEST(bob.take() == "");
  BOOST_TEST(bench.ask(anna, "/quit\n") == "> Goodbye.\n");
  BOOST_TEST(anna.ended());
  BOOST_TEST(bob.take() == "* anna has left\n");
}

BOOST_AUTO_TEST_CASE(who_says_too_much_is_told_and_who_goes_on_is_ended) {
  Bench bench;
  Peer anna = bench.come("anna");
  const std::string flood = bench.ask(anna, [] {
    std::string lines;
    for (int i = 0; i < 40; ++i) lines += "again\n";
    return lines;
  }());
  BOOST_TEST(flood.find("> Too fast: this was not said.\n") != std::string::npos);
  BOOST_TEST(!anna.ended());
  std::string more;
  for (int i = 0; i < 40; ++i) more += "/who\n";
  BOOST_TEST(bench.ask(anna, more).find("> Much too fast. Goodbye.\n") != std::string::npos);
  BOOST_TEST(anna.ended());
}

BOOST_AUTO_TEST_CASE(a_browser_that_a_page_made_post_something_says_nothing) {
  Bench bench;
  Peer anna = bench.come("anna");
  Peer browser = bench.loop.dial("tcp://127.0.0.1:7002");
  const std::string got = bench.ask(
      browser, "POST / HTTP/1.1\r\nHost: 127.0.0.1:7002\r\n\r\neverybody look at evil.example\r\n");
  BOOST_TEST(got.ends_with("> This is for terminals, and that was an HTTP request. Goodbye.\n"));
  BOOST_TEST(browser.ended());
  BOOST_TEST(anna.take() == "* guest-2 has come\n* guest-2 has left\n");
  // It may be talked about.
  BOOST_TEST(bench.ask(anna, "GET / HTTP/1.1\n") == "[01:01] anna: GET / HTTP/1.1\n");
}

BOOST_AUTO_TEST_CASE(a_terminal_is_told_when_the_server_goes_down) {
  Bench bench;
  Peer anna = bench.come("anna");
  bench.server.stop();
  bench.loop.run_ready();
  BOOST_TEST(anna.take() == "* the server is going down. Goodbye.\n");
  BOOST_TEST(anna.ended());
}

BOOST_AUTO_TEST_CASE(a_terminal_in_a_silent_room_is_told_why_it_ends) {
  Bench bench;
  Peer anna = bench.come("anna");
  bench.loop.advance(std::chrono::minutes(5));
  bench.loop.run_ready();
  BOOST_TEST(anna.take() == "* nobody has said anything for too long. Goodbye.\n");
  BOOST_TEST(anna.ended());
}
