// Every scenario as it should be, and then once for every read, write and half-close in it with a
// failure there, and with a peer that vanishes there: each connection ends exactly once, and the
// server still stops.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Scenario {
  std::string name;
  /// Plays it and answers what the peers saw. Asserts nothing: anything may fail.
  std::function<std::string(Bench&)> play;
  std::string seen;
  ServerOptions options{};
  std::size_t capacity = 256 * 1024;
};

ServerOptions small_flow() {
  ServerOptions options;
  options.flow.high_watermark = 300;
  options.flow.low_watermark = 50;
  return options;
}

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  all.push_back({"an echo exchange",
                 [](Bench& bench) {
                   bench.serve(lines(), echo);
                   Peer peer = bench.dial();
                   std::string seen = bench.say(peer, "a\nb");
                   seen += bench.say(peer, "b\n");
                   seen += bench.take_all(peer);
                   seen += bench.say(peer, "c\n");
                   seen += bench.take_all(peer);
                   peer.end();
                   seen += bench.take_all(peer);
                   return seen;
                 },
                 "a\nbb\nc\n"});
  all.push_back({"two peers that talk to each other",
                 [](Bench& bench) {
                   std::vector<Session> sessions;
                   bench.serve(lines(),
                               [&](std::string_view line) {
                                 for (Session& each : sessions) each.send(line);
                               },
                               {.on_open = [&](Session& session) { sessions.push_back(session); }});
                   Peer one = bench.dial();
                   Peer two = bench.dial();
                   std::string seen = bench.say(one, "hello\n");
                   seen += bench.take_all(one);
                   seen += bench.say(two, "world\n");
                   seen += bench.take_all(two);
                   seen += bench.take_all(one);
                   one.end();
                   bench.run();
                   two.close();
                   bench.run();
                   return seen;
                 },
                 "hello\nhello\nworld\nworld\n"});
  all.push_back({"a slow reader",
                 [](Bench& bench) {
                   bench.serve(lines(), echo);
                   Peer peer = bench.dial();
                   for (int i = 0; i < 60; ++i) peer.send("123456789\n");
                   bench.run();
                   std::size_t taken = 0;
                   for (int i = 0; i < 700; ++i) {
                     taken += peer.take(17).size();
                     bench.run();
                   }
                   peer.end();
                   taken += bench.take_all(peer).size();
                   return std::to_string(taken);
                 },
                 "600", small_flow(), 40});
  all.push_back(
      {"a half-close by the peer",
       [](Bench& bench) {
         bench.serve(lines(), [](std::string_view line) { return std::string(100, line.front()); });
         Peer peer = bench.dial();
         peer.send("a\nb\n");
         peer.end();
         bench.run();
         const std::string taken = bench.take_all(peer);
         return std::to_string(taken.size()) + (peer.ended() ? " end" : "");
       },
       "202 end", small_flow(), 30});
  all.push_back({"a half-close by the handler",
                 [](Bench& bench) {
                   bench.serve(lines(), [](std::string_view line, Session& session) {
                     if (line == "last") session.shutdown_write();
                     return line;
                   });
                   Peer peer = bench.dial();
                   std::string seen = bench.say(peer, "a\nlast\nb\n");
                   seen += bench.take_all(peer);
                   if (peer.ended()) seen += "end";
                   peer.send("c\n");
                   bench.run();
                   peer.end();
                   bench.run();
                   return seen;
                 },
                 "a\nlast\nend"});
  all.push_back({"a close that lingers",
                 [](Bench& bench) {
                   bench.serve(lines(), [](std::string_view line, Session& session) {
                     session.send(std::string(100, 'x'));
                     session.close();
                     return line;
                   });
                   Peer peer = bench.dial();
                   peer.send("bye\n");
                   std::string seen = std::to_string(bench.take_all(peer).size());
                   peer.send("unheard");
                   bench.run();
                   if (peer.ended()) seen += " end";
                   bench.advance(1s);
                   peer.end();
                   bench.run();
                   return seen;
                 },
                 "105 end", small_flow(), 30});
  all.push_back({"a drain with one idle and one busy",
                 [](Bench& bench) {
                   bench.serve(lines(), echo);
                   Peer idle = bench.dial();
                   Peer busy = bench.dial();
                   std::string seen = bench.say(idle, "i\n");
                   seen += bench.take_all(idle);
                   busy.send("ha");
                   bench.run();
                   bench.server.stop();
                   bench.run();
                   if (idle.ended()) seen += "end ";
                   seen += bench.say(busy, "lf\n");
                   seen += bench.take_all(busy);
                   if (busy.ended()) seen += "end";
                   busy.end();
                   bench.run();
                   return seen;
                 },
                 "i\nend half\nend"});
  all.push_back({"a big transfer both ways",
                 [](Bench& bench) {
                   bench.serve(length_prefix(4), echo);
                   Peer peer = bench.dial();
                   Buffer bytes;
                   for (int i = 0; i < 5; ++i) {
                     static_cast<void>(length_prefix(4).encode(std::string(1500, 'x'), bytes));
                   }
                   std::size_t taken = 0;
                   for (const std::string& piece : pieces_of(bytes.view(), 700)) {
                     peer.send(piece);
                     taken += bench.take_all(peer).size();
                   }
                   peer.end();
                   taken += bench.take_all(peer).size();
                   return std::to_string(taken);
                 },
                 "7520", small_flow(), 400});
  return all;
}

/// After a scenario: time for every deadline, and then the server must be able to stop.
void settle(Bench& bench) {
  bench.advance(400s);
  bench.check_ends_agree();
  BOOST_TEST(!bench.closes.empty());
  bench.server.stop();
  bench.run();
  BOOST_TEST(bench.server.stopped());
}

Faults faults_of(const Scenario& scenario) {
  Faults faults;
  faults.capacity = scenario.capacity;
  return faults;
}

std::size_t steps_of(const Scenario& scenario) {
  Bench bench(scenario.options, faults_of(scenario));
  scenario.play(bench);
  return bench.loop.steps();
}

bool is_one_of(CloseReason reason, const std::vector<CloseReason>& reasons) {
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(without_a_fault_every_scenario_goes_as_it_should) {
  for (const Scenario& scenario : scenarios()) {
    BOOST_TEST_CONTEXT(scenario.name) {
      Bench bench(scenario.options, faults_of(scenario));
      BOOST_TEST(scenario.play(bench) == scenario.seen);
      BOOST_TEST(bench.loop.steps() >= 4U);
      settle(bench);
      BOOST_TEST(bench.server.stats().handler_failures == 0U);
      BOOST_TEST(bench.warnings() == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(reads_and_writes_of_one_byte_change_nothing_that_a_peer_sees) {
  for (const Scenario& scenario : scenarios()) {
    for (const bool short_reads : {false, true}) {
      for (const bool short_writes : {false, true}) {
        BOOST_TEST_CONTEXT(scenario.name) {
          Faults faults = faults_of(scenario);
          if (short_reads) faults.max_read = 1;
          if (short_writes) faults.max_write = 1;
          Bench bench(scenario.options, faults);
          BOOST_TEST(scenario.play(bench) == scenario.seen);
          settle(bench);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_failure_at_every_step_ends_its_connection_once) {
  for (const Scenario& scenario : scenarios()) {
    const std::size_t steps = steps_of(scenario);
    for (const int error : {ECONNRESET, EPIPE, ENOBUFS}) {
      const CloseReason meaning =
          error == ENOBUFS ? CloseReason::transport_failed : CloseReason::peer_reset;
      std::size_t failed = 0;
      for (std::size_t step = 1; step <= steps; ++step) {
        BOOST_TEST_CONTEXT(scenario.name << ": error " << error << " at step " << step) {
          Faults faults = faults_of(scenario);
          faults.fail_at = step;
          faults.fail_with = error;
          Bench bench(scenario.options, faults);
          scenario.play(bench);
          settle(bench);
          for (const CloseReason reason : bench.closes) {
            if (reason == meaning) ++failed;
            BOOST_TEST(is_one_of(reason, {meaning, CloseReason::peer_ended, CloseReason::closed,
                                          CloseReason::drained, CloseReason::idle_timeout,
                                          CloseReason::peer_reset}));
          }
        }
      }
      // All but those that had a reason before the failure came.
      BOOST_TEST_CONTEXT(scenario.name) { BOOST_TEST(failed * 3 >= steps); }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanishes_at_every_step_is_ended_by_a_deadline) {
  for (const Scenario& scenario : scenarios()) {
    const std::size_t steps = steps_of(scenario);
    for (std::size_t step = 1; step <= steps; ++step) {
      BOOST_TEST_CONTEXT(scenario.name << ": vanished at step " << step) {
        Faults faults = faults_of(scenario);
        faults.vanish_at = step;
        Bench bench(scenario.options, faults);
        scenario.play(bench);
        settle(bench);
        for (const CloseReason reason : bench.closes) {
          BOOST_TEST(is_one_of(
              reason, {CloseReason::peer_ended, CloseReason::closed, CloseReason::drained,
                       CloseReason::cut, CloseReason::idle_timeout, CloseReason::frame_timeout,
                       CloseReason::write_timeout, CloseReason::peer_reset}));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_closes_or_resets_after_every_byte_of_the_reply_ends_it_once) {
  const std::string replies = "aaaa\nbbbb\n";
  for (std::size_t taken = 0; taken <= replies.size(); ++taken) {
    for (const bool reset : {false, true}) {
      BOOST_TEST_CONTEXT("after " << taken << (reset ? ", reset" : ", close")) {
        Bench bench({}, {.capacity = 3});
        bench.serve(lines(), echo);
        Peer peer = bench.dial();
        peer.send(replies);
        bench.run();
        for (std::size_t i = 0; i < taken; ++i) {
          peer.take(1);
          bench.run();
        }
        if (reset) {
          peer.reset();
        } else {
          peer.close();
        }
        bench.run();
        const auto end =
            taken == replies.size() && !reset ? CloseReason::peer_ended : CloseReason::peer_reset;
        bench.check_end(end);
        BOOST_TEST((bench.session.send("late") == SendResult::rejected));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_write_that_fails_in_the_middle_of_a_batch_is_the_last_one) {
  Bench bench({}, {.fail_at = 2, .fail_with = EPIPE});
  std::size_t results = 0;
  bench.serve(lines(), [&](std::string_view line, Session& session) {
    for (int i = 0; i < 1000; ++i) {
      if (session.send(std::string(1000, 'x')) != SendResult::rejected) ++results;
    }
    return line;
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  BOOST_TEST(bench.loop.steps() == 2U);  // the read and the failed write: none after it
  bench.check_end(CloseReason::peer_reset);
}

BOOST_AUTO_TEST_SUITE_END()
