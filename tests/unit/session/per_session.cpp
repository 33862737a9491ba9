// What each session has of its own: made before on_open, destroyed once after on_close.
#include "weir/session/per_session.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/session/group.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What happened, in order; the tests' own, because a default constructor knows nobody.
std::vector<std::string> story;
int made = 0;
int destroyed = 0;

struct Reset {
  Reset() {
    story.clear();
    made = destroyed = 0;
  }
};

struct User {
  User() {
    ++made;
    story.emplace_back("made");
  }
  ~User() {
    ++destroyed;
    story.emplace_back("destroyed");
  }
  User(const User&) = delete;
  User& operator=(const User&) = delete;
  std::string name = "nobody";
};

struct Known {
  explicit Known(const Session& session) : id(session.id()) {}
  std::uint64_t id;
};

struct Failing {
  explicit Failing(const Session& session) {
    if (session.id() % 2 == 1) throw std::runtime_error("no room for it");
  }
};

/// Ends one connection in some way.
struct Ending {
  std::string name;
  std::function<void(Bench&, Peer&)> end;
  CloseReason reason;
};

const std::vector<Ending>& endings() {
  static const std::vector<Ending> all{
      {"the peer ends", [](Bench&, Peer& peer) { peer.end(); }, CloseReason::peer_ended},
      {"the peer resets", [](Bench&, Peer& peer) { peer.reset(); }, CloseReason::peer_reset},
      {"close", [](Bench& bench, Peer&) { bench.session.close(); }, CloseReason::closed},
      {"abort", [](Bench& bench, Peer&) { bench.session.abort(); }, CloseReason::aborted},
      {"a throw", [](Bench&, Peer& peer) { peer.send("throw\n"); }, CloseReason::handler_failed},
      {"a frame too large", [](Bench&, Peer& peer) { peer.send(std::string(300, 'x')); },
       CloseReason::frame_too_large},
      {"half a frame",
       [](Bench&, Peer& peer) {
         peer.send("half");
         peer.end();
       },
       CloseReason::truncated_frame},
      {"half a frame and no more", [](Bench&, Peer& peer) { peer.send("half"); },
       CloseReason::frame_timeout},
      {"a reply that is no line", [](Bench&, Peer& peer) { peer.send("unencodable\n"); },
       CloseReason::unencodable_reply},
      {"a slow consumer",
       [](Bench& bench, Peer&) {
         while (bench.session.send(std::string(100, 'x')) != SendResult::rejected) continue;
       },
       CloseReason::slow_consumer},
      {"a peer that takes nothing",
       [](Bench& bench, Peer&) { bench.session.send(std::string(200, 'x')); },
       CloseReason::write_timeout},
      {"silence", [](Bench&, Peer&) {}, CloseReason::idle_timeout},
      {"a drain", [](Bench& bench, Peer&) { bench.server.stop(); }, CloseReason::drained},
      {"a cut",
       [](Bench& bench, Peer& peer) {
         peer.send("half");
         bench.run();
         bench.server.stop(Duration::zero());
       },
       CloseReason::cut},
  };
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(per_session, Reset)

BOOST_AUTO_TEST_CASE(a_session_finds_its_own_from_on_open_to_on_close_and_not_after) {
  Bench bench;
  const auto users = bench.server.session<User>();
  const auto known = bench.server.session<Known>();
  Hooks hooks;
  hooks.on_open = [&](Session& session) {
    story.emplace_back("open " + users[session].name);
    users[session].name = "ada";
  };
  hooks.on_close = [&](Session& session, CloseReason) {
    story.emplace_back("close " + users[session].name);
  };
  bench.serve(
      lines(),
      [&](std::string_view, Session& session) {
        BOOST_TEST((users.find(session) == &users[session]));
        BOOST_TEST(known[session].id == session.id());
        return users[session].name;
      },
      std::move(hooks));
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "who?\n") == "ada\n");
  peer.end();
  bench.run();
  const std::vector<std::string> expected{"made", "open nobody", "close ada", "destroyed"};
  BOOST_TEST(story == expected, boost::test_tools::per_element());
  BOOST_TEST((users.find(bench.session) == nullptr));
  BOOST_CHECK_THROW(static_cast<void>(users[bench.session]), std::logic_error);
}

BOOST_AUTO_TEST_CASE(however_a_connection_ends_its_state_goes_once) {
  for (const Ending& ending : endings()) {
    BOOST_TEST_CONTEXT(ending.name) {
      const Reset reset;
      ServerOptions options;
      options.limits.frame = 200;
      options.flow.max_queued = 1000;
      options.flow.high_watermark = 500;
      options.flow.low_watermark = 100;
      Bench bench(options, {.capacity = 150});
      const auto users = bench.server.session<User>();
      bench.serve(lines(), [&](std::string_view line, Session& session) -> std::string {
        users[session].name = line;
        if (line == "throw") throw std::runtime_error("thrown");
        return line == "unencodable" ? "two\nlines" : std::string(line);
      });
      Peer peer = bench.dial();
      bench.say(peer, "hello\n");
      ending.end(bench, peer);
      bench.run();
      bench.advance(400s);
      bench.check_end(ending.reason);
      BOOST_TEST(made == 1);
      BOOST_TEST(destroyed == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(whatever_fails_at_whichever_step_its_state_goes_once) {
  const auto play = [](Bench& bench, std::optional<PerSession<User>>& users) {
    users = bench.server.session<User>();
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    bench.say(peer, "a\nb");
    bench.say(peer, "c\n");
    peer.end();
    bench.run();
    bench.advance(400s);
  };
  std::optional<PerSession<User>> users;
  std::size_t steps = 0;
  {
    Bench whole;
    play(whole, users);
    steps = whole.loop.steps();
  }
  BOOST_TEST(steps >= 4U);
  for (std::size_t step = 1; step <= steps; ++step) {
    for (const Faults& faults : {Faults{.fail_at = step}, Faults{.vanish_at = step}}) {
      const Reset reset;
      Bench bench({}, faults);
      play(bench, users);
      BOOST_TEST(made == 1);
      BOOST_TEST(destroyed == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_is_destroyed_on_a_loop_that_nobody_runs_destroys_them_as_well) {
  {
    Bench bench;
    static_cast<void>(bench.server.session<User>());  // nobody but the server knows the types
    Group group;
    bench.serve(lines(), echo, {.on_open = [&](Session& session) { group.add(session); }});
    Peer one = bench.dial();
    Peer two = bench.dial();
    BOOST_TEST(made == 2);
  }
  BOOST_TEST(destroyed == 2);
}

BOOST_AUTO_TEST_CASE(a_constructor_that_throws_refuses_the_connection_and_undoes_the_others) {
  Bench bench;
  const auto users = bench.server.session<User>();
  const auto failing = bench.server.session<Failing>();
  const auto later = bench.server.session<Known>();
  bench.serve(lines(), echo);
  Peer refused = bench.dial();  // connection 1
  refused.send("a\n");
  bench.run();
  BOOST_TEST(refused.take() == "");
  BOOST_TEST(refused.ended());
  Peer served = bench.dial();
  BOOST_TEST(bench.say(served, "b\n") == "b\n");
  refused.end();
  bench.run();
  BOOST_TEST(bench.record == std::vector<std::string>{"open"}, boost::test_tools::per_element());
  BOOST_TEST(bench.logged("handler_failed: no room for it") == 1U);
  const ServerStats stats = bench.server.stats();
  BOOST_TEST(stats.closed_by(CloseReason::handler_failed) == 1U);
  BOOST_TEST(stats.handler_failures == 1U);
  BOOST_TEST(stats.active == 1U);
  BOOST_TEST(made == 2);
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(several_of_one_type_are_several_and_later_ones_may_use_earlier_ones) {
  Bench bench;
  static std::optional<PerSession<User>> first;
  static std::string seen;
  struct Second {
    explicit Second(const Session& session) : mine(session) { (*first)[session].name = "first"; }
    ~Second() { seen = (*first)[mine].name; }
    Second(const Second&) = delete;
    Second& operator=(const Second&) = delete;
    Session mine;
  };
  first = bench.server.session<User>();
  const auto other = bench.server.session<User>();
  const auto second = bench.server.session<Second>();
  bench.serve(lines(), [&](std::string_view, Session& session) {
    BOOST_TEST((&(*first)[session] != &other[session]));
    BOOST_TEST((second.find(session) != nullptr));
    return (*first)[session].name + " " + other[session].name;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "?\n") == "first nobody\n");
  peer.end();
  bench.run();
  BOOST_TEST(seen == "first");
  BOOST_TEST(made == 2);
  BOOST_TEST(destroyed == 2);
}

BOOST_AUTO_TEST_CASE(no_session_another_servers_and_another_thread_have_none_and_say_so) {
  Bench bench;
  Bench elsewhere;
  const auto users = bench.server.session<User>();
  const auto others = elsewhere.server.session<User>();
  const auto says = [&](const PerSession<User>& of, const Session& session,
                        const std::string& words) {
    BOOST_TEST((of.find(session) == nullptr));
    try {
      static_cast<void>(of[session]);
      BOOST_ERROR("nothing was thrown");
    } catch (const std::logic_error& error) {
      BOOST_TEST(std::string(error.what()).find(words) != std::string::npos);
    }
  };
  bench.serve(lines(), [&](std::string_view line, Session& session) {
    says(others, session, "another server's");
    std::thread([&, session] { says(users, session, "another thread"); }).join();
    return line;
  });
  Peer peer = bench.dial();
  says(users, Session(), "no session");
  BOOST_TEST(bench.say(peer, "a\n") == "a\n");
  peer.end();
  bench.run();
  says(users, bench.session, "it has ended");
}

BOOST_AUTO_TEST_CASE(a_type_is_told_before_the_server_starts) {
  Bench bench;
  bench.serve(lines(), echo);
  BOOST_CHECK_THROW(static_cast<void>(bench.server.session<User>()), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
