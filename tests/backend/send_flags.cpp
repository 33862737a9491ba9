// Flags of a message: what the kernel is told, and what is refused.
#include <atomic>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

CORE_SCENARIO(a_message_with_more_behind_it_comes_in_order) {
  std::atomic<int> rejected{0};
  const auto serving = bench.serve(lines(), [&](std::string_view line, Session& session) {
    for (const char* text : {"one", "two"}) {
      if (session.send(text, {.more = true}).value() == SendResult::rejected) ++rejected;
    }
    return line;
  });
  const auto client = bench.connect();
  for (int i = 0; i < 20; ++i) {
    client->send("three\n");
    BOOST_TEST(client->read(14) == "one\ntwo\nthree\n");
  }
  BOOST_TEST(rejected == 0);
}

SCENARIO(what_more_was_said_of_comes_at_last_without_more) {
  Events<Session> sessions;
  Hooks hooks;
  hooks.on_open = [&](Session& session) { sessions.push(session); };
  const auto serving = bench.serve(
      lines(), [](std::string_view line) { return line; }, std::move(hooks));
  const auto client = bench.connect();
  Session session = bench.next(sessions, "a session");
  BOOST_TEST(session.send("begun", {.more = true}).ok());
  BOOST_TEST(client->read(6) == "begun\n");
  BOOST_TEST(session.send("done", {}).ok());
  BOOST_TEST(client->read(5) == "done\n");
}

SCENARIO(flags_that_mean_something_else_are_refused_with_their_reason) {
  Events<std::string> told;
  const auto serving = bench.serve(lines(), [&](std::string_view line, Session& session) {
    told.push(session.send("x", {.out_of_band = true}).error().message);
    told.push(session.send("x", {.dont_route = true}).error().message);
    return line;
  });
  const auto client = bench.connect();
  client->send("a\n");
  BOOST_TEST(bench.next(told, "a reason") ==
             "out-of-band data is refused: TCP has one byte of it, and a later one overwrites it");
  BOOST_TEST(bench.next(told, "a reason") ==
             "dont_route is the socket's, not a message's: SocketOptions::dont_route");
  BOOST_TEST(client->read(2) == "a\n");
}
