// Every kind of handler on every backend: what it answers, and what comes of one that throws, never
// answers, answers late, answers twice. The request says what its handler is to do.
#include <atomic>
#include <set>
#include <stdexcept>
#include <string>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/conversation.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/offload.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

enum class Kind { plain, responder, coroutine, offload, conversation };

/// What the handlers of a scenario share with it. Outlives the server.
struct World {
  Events<Responder> kept;
  Events<Session> sessions;
  Events<std::string> told;
  std::atomic<bool> released{false};
  std::atomic<int> begun{0};  // calls that are on the pool
  WorkerPool pool{2};

  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { release(); }
  void release() {
    released = true;
    released.notify_all();
  }

  /// What every handler does at "throw" and "twice", and what it answers.
  std::string obey(std::string_view line, Session& session) {
    if (line == "throw") throw std::runtime_error("as it was told");
    if (line == "late") sessions.push(session);
    if (line == "twice") tell(session.send("twice"));
    return std::string(line);
  }
  void tell(SendResult result) { told.push(result == SendResult::rejected ? "rejected" : "sent"); }
  void tell(bool answered) { told.push(answered ? "answered" : "nobody heard it"); }
};

void respond(World& world, std::string_view line, const Responder& responder) {
  if (line == "late") return world.kept.push(responder);
  if (line == "throw") throw std::runtime_error("as it was told");
  world.tell(responder.reply(line));
  if (line == "twice") world.tell(responder.reply("again"));
}

asio::awaitable<std::string> wait_and_obey(World& world, std::string_view line, Session& session) {
  if (line != "late") {
    co_await sleep_for(1ms);
  } else {
    try {
      co_await sleep_for(1h);
    } catch (const boost::system::system_error& error) {
      world.told.push(error.code() == asio::error::operation_aborted ? "aborted" : "other");
    }
  }
  co_return world.obey(line, session);
}

asio::awaitable<void> converse(World& world, Conversation session) {
  while (auto line = co_await session.read()) {
    const std::string answer = co_await wait_and_obey(world, *line, session.session());
    const SendResult sent = session.send(answer);
    if (answer == "late") world.tell(sent);
  }
  world.told.push("the end");
}

Bench::Serving serve(Bench& bench, World& world, Kind kind) {
  switch (kind) {
    case Kind::responder:
      return bench.serve(lines(), [&world](std::string_view line, const Responder& responder) {
        respond(world, line, responder);
      });
    case Kind::coroutine:
      return bench.serve(lines(), [&world](std::string_view line, Session& session) {
        return wait_and_obey(world, line, session);
      });
    case Kind::offload:
      return bench.serve(lines(),
                         offload(world.pool, [&world](std::string_view line, Session& session) {
                           ++world.begun;
                           if (line == "late") world.released.wait(false);
                           return world.obey(line, session);
                         }));
    case Kind::conversation:
      return bench.serve(lines(), conversation([&world](Conversation session) {
                           return converse(world, std::move(session));
                         }));
    case Kind::plain:
      break;
  }
  return bench.serve(lines(), [&world](std::string_view line, Session& session) {
    return world.obey(line, session);
  });
}

/// Lets pass what the handlers wait for; elsewhere than in memory it does by itself.
void let_work(Bench& bench, const World& world) {
  for (int i = 0; i < 5; ++i) {
    bench.pass(1ms);
    bench.until("the pool to have nothing to do", [&] {
      const auto stats = world.pool.stats();
      return stats.running + stats.queued == 0;
    });
  }
}

/// Three requests at once, three replies in their order.
void check_answers(Bench& bench, Kind kind) {
  World world;
  const auto serving = serve(bench, world, kind);
  const auto client = bench.connect();
  client->send("a\nb\nc\n");
  let_work(bench, world);
  BOOST_TEST(client->read(6) == "a\nb\nc\n");
  client->end();
  BOOST_TEST(client->read_to_end().bytes.empty());
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

void check_throws(Bench& bench, Kind kind) {
  World world;
  const auto serving = serve(bench, world, kind);
  const auto client = bench.connect();
  client->send("throw\nb\n");
  let_work(bench, world);
  BOOST_TEST(client->read_to_end().bytes.empty());
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "handler_failed");
  BOOST_TEST(bench.server().stats().handler_failures == 1U);
}

/// What is sent beside the answer comes before it.
void check_twice(Bench& bench, Kind kind) {
  World world;
  const auto serving = serve(bench, world, kind);
  const auto client = bench.connect();
  client->send("twice\n");
  let_work(bench, world);
  BOOST_TEST(client->read(12) == "twice\ntwice\n");
  BOOST_TEST(bench.next(world.told, "what send() said") == "sent");
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

/// A request whose answer comes after its deadline of 20 ms.
void check_deadline(Bench& bench) {
  const auto client = bench.connect();
  client->send("late\n");
  if (bench.in_memory()) bench.run_ready();
  bench.pass(20ms);
  BOOST_TEST(client->read_to_end().bytes.empty());
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "handler_timeout");
}

void set_deadline(Bench& bench) { bench.options.deadlines.handler = 20ms; }

/// A request whose connection ends before its answer: after `begun` has come.
template <class T>
T check_reset(Bench& bench, Events<T>& begun) {
  const auto client = bench.connect();
  client->send("late\n");
  T what = bench.next(begun, "the request");
  client->reset();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
  return what;
}

}  // namespace

// --- answers ---------------------------------------------------------------------------------

CORE_SCENARIO(a_plain_handler_answers) { check_answers(bench, Kind::plain); }
CORE_SCENARIO(a_responder_answers) { check_answers(bench, Kind::responder); }
CORE_SCENARIO(a_coroutine_answers) { check_answers(bench, Kind::coroutine); }
CORE_SCENARIO(an_offloaded_handler_answers) { check_answers(bench, Kind::offload); }
CORE_SCENARIO(a_conversation_answers) { check_answers(bench, Kind::conversation); }

// --- throws ----------------------------------------------------------------------------------

SCENARIO(a_plain_handler_that_throws_ends_its_connection) { check_throws(bench, Kind::plain); }
SCENARIO(a_responding_one_that_throws_ends_its_connection) { check_throws(bench, Kind::responder); }
SCENARIO(a_coroutine_that_throws_ends_its_connection) { check_throws(bench, Kind::coroutine); }
SCENARIO(an_offloaded_one_that_throws_ends_its_connection) { check_throws(bench, Kind::offload); }
SCENARIO(a_conversation_that_throws_ends_its_connection) {
  check_throws(bench, Kind::conversation);
}

// --- answers twice ---------------------------------------------------------------------------

SCENARIO(a_plain_handler_may_send_and_answer) { check_twice(bench, Kind::plain); }
SCENARIO(a_coroutine_may_send_and_answer) { check_twice(bench, Kind::coroutine); }
SCENARIO(an_offloaded_handler_may_send_and_answer) { check_twice(bench, Kind::offload); }
SCENARIO(a_conversation_may_send_twice) { check_twice(bench, Kind::conversation); }
SCENARIO(a_responder_answers_once) {
  World world;
  const auto serving = serve(bench, world, Kind::responder);
  const auto client = bench.connect();
  client->send("twice\nb\n");
  BOOST_TEST(client->read(8) == "twice\nb\n");
  for (const char* expected : {"answered", "nobody heard it", "answered"}) {
    BOOST_TEST(bench.next(world.told, "what reply() said") == expected);
  }
}

// --- never, or after the deadline ------------------------------------------------------------

SCENARIO(a_responder_too_late_ends_the_connection_and_is_not_heard) {
  set_deadline(bench);
  World world;
  const auto serving = serve(bench, world, Kind::responder);
  check_deadline(bench);
  BOOST_TEST(!bench.next(world.kept, "the responder").reply("late"));
}

SCENARIO(a_coroutine_too_late_is_cancelled_and_not_heard) {
  set_deadline(bench);
  World world;
  const auto serving = serve(bench, world, Kind::coroutine);
  check_deadline(bench);
  BOOST_TEST(bench.next(world.told, "its cancellation") == "aborted");
  // It went on, and answered.
  static_cast<void>(bench.next(world.sessions, "its last word"));
}

SCENARIO(an_offloaded_handler_too_late_is_not_heard) {
  set_deadline(bench);
  World world;
  const auto serving = serve(bench, world, Kind::offload);
  check_deadline(bench);
  world.release();
  let_work(bench, world);
  BOOST_TEST(bench.server().stats().bytes_out == 0U);
}

// --- after the connection's end --------------------------------------------------------------

SCENARIO(a_plain_handlers_session_outlives_its_connection) {
  World world;
  const auto serving = serve(bench, world, Kind::plain);
  BOOST_TEST((check_reset(bench, world.sessions).send("late") == SendResult::rejected));
}

SCENARIO(a_responder_outlives_its_connection, Sockets::resets) {
  World world;
  const auto serving = serve(bench, world, Kind::responder);
  const Responder responder = check_reset(bench, world.kept);
  // Told right after on_close, so perhaps not yet.
  bench.until("the end of the call", [&] { return !responder.waiting(); });
  BOOST_TEST(!responder.reply("late"));
}

SCENARIO(an_offloaded_handler_outlives_its_connection, Sockets::resets) {
  World world;
  const auto serving = serve(bench, world, Kind::offload);
  const auto client = bench.connect();
  client->send("late\n");
  bench.until("the handler to run", [&] { return world.begun == 1; });
  client->reset();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
  world.release();
  let_work(bench, world);
  static_cast<void>(bench.next(world.sessions, "its last word"));
}

SCENARIO(a_coroutine_is_cancelled_with_its_connection, Sockets::resets) {
  World world;
  const auto serving = serve(bench, world, Kind::coroutine);
  const auto client = bench.connect();
  client->send("late\n");
  bench.until("the request", [&] { return bench.server().stats().frames_in == 1; });
  client->reset();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
  BOOST_TEST(bench.next(world.told, "its cancellation") == "aborted");
}

SCENARIO(a_conversation_is_cancelled_with_its_connection, Sockets::resets) {
  World world;
  const auto serving = serve(bench, world, Kind::conversation);
  const auto client = bench.connect();
  client->send("late\n");
  bench.until("the request", [&] { return bench.server().stats().frames_in == 1; });
  client->reset();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
  BOOST_TEST(bench.next(world.told, "its cancellation") == "aborted");
  BOOST_TEST(bench.next(world.told, "what send() said") == "rejected");
}

// --- the server's end ------------------------------------------------------------------------

CORE_SCENARIO(a_server_that_stops_ends_conversations_that_read_and_cuts_those_that_work) {
  World world;
  const auto serving = serve(bench, world, Kind::conversation);
  const auto reading = bench.connect();
  const auto working = bench.connect();
  working->send("late\n");
  bench.until("both", [&] {
    const ServerStats stats = bench.server().stats();
    return stats.active == 2 && stats.frames_in == 1;
  });
  const DrainReport report = bench.stop(20ms);
  BOOST_TEST(report.idle == 1U);
  BOOST_TEST(report.cut == 1U);
  // Each was resumed before the server had stopped; on two threads, in any order.
  std::multiset<std::string> told;
  while (told.size() < 3) told.insert(bench.next(world.told, "what a conversation saw"));
  BOOST_TEST((told == std::multiset<std::string>{"aborted", "rejected", "the end"}));
}

CORE_SCENARIO(a_server_that_stops_cancels_coroutines) {
  World world;
  const auto serving = serve(bench, world, Kind::coroutine);
  const auto client = bench.connect();
  client->send("late\n");
  bench.until("the request", [&] { return bench.server().stats().frames_in == 1; });
  BOOST_TEST(bench.stop(20ms).cut == 1U);
  BOOST_TEST(world.told.size() == 1U);
}
