// Pressure: slow peers, many senders, limits.
#include <map>
#include <sstream>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string_view frame) { return frame; };

/// The session of each connection that opens, for a test to use from its own thread.
Hooks telling_sessions(Events<Session>& sessions) {
  Hooks hooks;
  hooks.on_open = [&sessions](Session& session) { sessions.push(session); };
  return hooks;
}

/// The i-th message of a thread. Of different lengths, so that a torn one shows.
std::string message_of(int thread, int i) {
  const std::string filling(static_cast<std::size_t>(i % 50), static_cast<char>('a' + thread));
  return std::to_string(thread) + " " + std::to_string(i) + " " + filling + " " + std::to_string(i);
}

}  // namespace

SCENARIO(a_client_that_does_not_read_is_not_read_either_and_loses_nothing, Sockets::streams) {
  bench.options.flow = {.high_watermark = 16 * 1024, .low_watermark = 4 * 1024};
  const std::string reply(1000, 'r');
  const auto serving =
      bench.serve(lines(), [&reply](std::string_view line) { return std::string(line) + reply; });
  const auto client = bench.connect_slow();
  std::string expected;
  // Requests without end: sooner or later the replies fill the way back.
  std::size_t sent = 0;
  std::string rest;
  bench.until("the server to stop reading", [&] {
    if (rest.empty()) {
      rest = "request " + std::to_string(sent) + "\n";
      expected += "request " + std::to_string(sent) + reply + "\n";
      ++sent;
    }
    rest.erase(0, client->send_some(rest));
    return bench.server().stats().pauses > 0;
  });
  const std::string got = client->exchange(rest, expected.size(), 5);
  BOOST_TEST((got == expected));
  client->end();
  BOOST_TEST(client->read_to_end().bytes.empty());
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

SCENARIO(what_is_pushed_to_a_client_that_never_reads_ends_with_slow_consumer) {
  bench.options.flow = {
      .high_watermark = 16 * 1024, .low_watermark = 4 * 1024, .max_queued = 64 * 1024};
  Events<Session> sessions;
  const auto serving = bench.serve(lines(), echo, telling_sessions(sessions));
  const auto client = bench.connect_slow();
  Session session = bench.next(sessions, "a session");
  const std::string message(1000, 'm');
  bool pressured = false;
  bench.until("a push to be rejected", [&] {
    const SendResult result = session.send(message);
    pressured = pressured || result == SendResult::pressured;
    return result == SendResult::rejected;
  });
  BOOST_TEST(pressured);
  BOOST_TEST(to_string(bench.next_reason()) == "slow_consumer");
  BOOST_TEST(!session.open());
  BOOST_TEST((session.send(message) == SendResult::rejected));
  // What the client gets is a beginning of the stream, without a hole.
  std::string got = client->read_to_end().bytes;
  for (std::size_t at = 0; at + message.size() < got.size(); at += message.size() + 1) {
    BOOST_REQUIRE(got[at + message.size()] == '\n');
  }
}

SCENARIO(a_client_that_takes_nothing_for_too_long_ends_with_write_timeout, Sockets::streams) {
  bench.options.flow = {.high_watermark = 16 * 1024, .low_watermark = 4 * 1024};
  bench.options.deadlines.write = 50ms;
  const std::string reply(64 * 1024, 'r');
  const auto serving =
      bench.serve(lines(), [&reply](std::string_view) -> std::string_view { return reply; });
  const auto client = bench.connect_slow();
  std::string requests;
  for (int i = 0; i < 400; ++i) requests += "more\n";
  client->send(requests);
  if (bench.in_memory()) bench.run_ready();
  bench.pass(50ms);
  BOOST_TEST(to_string(bench.next_reason()) == "write_timeout");
  client->reset();  // its goodbye would find nobody
}

SCENARIO(for_a_client_that_takes_nothing_the_system_keeps_nothing_either, Sockets::resets) {
  bench.options.deadlines.write = 50ms;
  const std::string reply(1024 * 1024, 'r');
  const auto serving =
      bench.serve(lines(), [&reply](std::string_view) -> std::string_view { return reply; });
  const auto client = bench.connect_slow();
  client->send("more\nmore\nmore\nmore\nmore\n");
  if (bench.in_memory()) bench.run_ready();
  bench.pass(50ms);
  BOOST_TEST(to_string(bench.next_reason()) == "write_timeout");
  const Rest rest = client->read_to_end();
  BOOST_TEST(rest.bytes.size() < 5 * reply.size());
  if (!bench.in_memory()) BOOST_TEST(rest.reset);
  client->reset();  // its goodbye would find nobody
}

SCENARIO(the_handler_is_told_when_there_is_room_again) {
  bench.options.flow = {.high_watermark = 16 * 1024, .low_watermark = 4 * 1024};
  Events<Session> sessions;
  Events<int> drained;
  Hooks hooks = telling_sessions(sessions);
  hooks.on_drained = [&](Session&) { drained.push(1); };
  const auto serving = bench.serve(lines(), echo, std::move(hooks));
  const auto client = bench.connect_slow();
  Session session = bench.next(sessions, "a session");
  const std::string message(1000, 'm');
  std::size_t sent = 0;
  bench.until("the high watermark", [&] {
    // Not more than may wait for a loop whose thread gets no turn: that would end the connection.
    if (session.queued() < bench.options.flow.max_queued / 2) {
      BOOST_REQUIRE((session.send(message) != SendResult::rejected));
      ++sent;
    }
    return bench.server().stats().pauses > 0;
  });
  BOOST_TEST(client->read(sent * (message.size() + 1)).size() == sent * (message.size() + 1));
  BOOST_TEST(bench.next(drained, "on_drained") == 1);
}

CORE_SCENARIO(what_many_threads_send_keeps_each_threads_order_and_interleaves_nothing) {
  Events<Session> sessions;
  const auto serving = bench.serve(lines(), echo, telling_sessions(sessions));
  const auto client = bench.connect();
  const Session session = bench.next(sessions, "a session");
  constexpr int threads = 4;
  const auto each = static_cast<int>(bench.scaled(2000));
  std::size_t total = 0;
  for (int i = 0; i < each; ++i) total += threads * (message_of(0, i).size() + 1);
  std::vector<std::jthread> senders;
  for (int thread = 0; thread < threads; ++thread) {
    senders.push_back(bench.in_background([handle = session, thread, each]() mutable {
      for (int i = 0; i < each; ++i) handle.send(message_of(thread, i));
    }));
  }
  std::istringstream stream(client->read(total));
  std::map<int, int> next;
  for (std::string line; std::getline(stream, line);) {
    const int thread = line.at(0) - '0';
    BOOST_REQUIRE_EQUAL(line, message_of(thread, next[thread]++));
  }
  for (int thread = 0; thread < threads; ++thread) BOOST_TEST(next[thread] == each);
  for (std::jthread& sender : senders) sender.join();
}

SCENARIO(a_paused_connection_handles_nothing_until_it_is_resumed_from_another_thread) {
  Events<Session> sessions;
  const auto serving = bench.serve(
      lines(),
      [](std::string_view line, Session& session) {
        if (line == "pause") session.pause();
        return line;
      },
      telling_sessions(sessions));
  const auto client = bench.connect();
  Session session = bench.next(sessions, "a session");
  client->send("pause\nafter\n");
  BOOST_TEST(client->read(6) == "pause\n");
  client->send("later\n");
  session.send("between");
  BOOST_TEST(client->read(8) == "between\n");
  session.resume();
  BOOST_TEST(client->read(12) == "after\nlater\n");
}

SCENARIO(an_end_that_comes_while_paused_waits_for_its_frames) {
  Events<Session> sessions;
  const auto serving = bench.serve(
      lines(),
      [](std::string_view line, Session& session) {
        if (line == "pause") session.pause();
        return line;
      },
      telling_sessions(sessions));
  const auto client = bench.connect();
  Session session = bench.next(sessions, "a session");
  client->send("pause\n");
  BOOST_TEST(client->read(6) == "pause\n");
  client->send("after\n");
  client->end();
  session.send("between");
  BOOST_TEST(client->read(8) == "between\n");
  BOOST_TEST(bench.reasons_left() == 0U);
  session.resume();
  const Rest rest = client->read_to_end();
  BOOST_TEST(rest.bytes == "after\n");
  BOOST_TEST(!rest.reset);
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

SCENARIO(a_handler_may_pause_and_resume_at_once) {
  const auto serving = bench.serve(lines(), [](std::string_view line, Session& session) {
    session.pause();
    session.resume();
    return line;
  });
  const auto client = bench.connect();
  std::string stream;
  for (int i = 0; i < 200; ++i) stream += std::to_string(i) + "\n";
  client->send(stream);
  BOOST_TEST(client->read(stream.size()) == stream);
}

SCENARIO(many_that_take_turns_may_be_resumed_by_one_another) {
  Session paused;
  const auto serving = bench.serve(lines(), [&paused](std::string_view line, Session& session) {
    if (paused.open()) paused.resume();
    paused = session;
    if (line != "bye") {
      session.pause();
    } else {
      session.close();
    }
    return line;
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(bench.connect());
  for (const std::string& message : {std::string("hello\n"), std::string(2000, 'm') + "\n",
                                     std::string("hello\n"), std::string("bye\n")}) {
    for (const auto& client : clients) client->send(message);
    for (const auto& client : clients) BOOST_TEST(client->read(message.size()) == message);
  }
  for (const auto& client : clients) {
    client->end();
    BOOST_TEST(client->read_to_end().bytes.empty());
    BOOST_TEST(to_string(bench.next_reason()) == "closed");
  }
}

SCENARIO(other_threads_may_close_abort_and_end_sending) {
  Events<Session> sessions;
  const auto serving = bench.serve(lines(), echo, telling_sessions(sessions));
  const auto with_session = [&](void (Session::*call)(), std::string_view reason, bool end) {
    const auto client = bench.connect();
    Session session = bench.next(sessions, "a session");
    session.send("last");
    BOOST_TEST(client->read(5) == "last\n");
    (session.*call)();
    BOOST_TEST(client->read_to_end().bytes.empty());
    if (end) client->end();
    BOOST_TEST(to_string(bench.next_reason()) == reason);
  };
  with_session(&Session::close, "closed", true);
  with_session(&Session::abort, "aborted", false);
  with_session(&Session::shutdown_write, "peer_ended", true);
}

SCENARIO(one_connection_more_than_the_limit_is_refused_and_counted) {
  bench.options.limits.connections = 2;
  const auto serving = bench.serve(lines(), echo);
  auto first = bench.connect();
  const auto second = bench.connect();
  for (Client* client : {first.get(), second.get()}) {
    client->send("a\n");
    BOOST_TEST(client->read(2) == "a\n");
  }
  BOOST_TEST(bench.connect()->read_to_end().bytes.empty());
  BOOST_TEST(bench.server().stats().refused_limit == 1U);
  first->close();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
  const auto third = bench.connect();
  third->send("b\n");
  BOOST_TEST(third->read(2) == "b\n");
  BOOST_TEST(bench.server().stats().refused_limit == 1U);
  BOOST_TEST(bench.server().stats().accepted == 3U);
}

CORE_SCENARIO(thousands_of_connections_come_and_go) {
  const auto serving = bench.serve(lines(), echo);
  const std::size_t count = bench.scaled(2000);
  for (std::size_t i = 0; i < count; ++i) {
    const auto client = bench.connect();
    if (i % 4 == 0) continue;  // goes without a word
    client->send("a\n");
    if (i % 4 == 1) continue;  // goes without its reply: our end, or a reset
    BOOST_REQUIRE(client->read(2) == "a\n");
    if (i % 4 == 3) client->reset();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const CloseReason reason = bench.next_reason();
    BOOST_REQUIRE((reason == CloseReason::peer_ended || reason == CloseReason::peer_reset));
  }
  bench.stop(0s);
  const ServerStats stats = bench.server().stats();
  BOOST_TEST(stats.accepted == count);
  BOOST_TEST(stats.active == 0U);
  BOOST_TEST(stats.closed_by(CloseReason::peer_ended) + stats.closed_by(CloseReason::peer_reset) ==
             count);
}
