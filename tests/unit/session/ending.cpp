// close() and abort(): what still goes out, what is dropped, and when it is over.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(ending)

BOOST_AUTO_TEST_CASE(what_is_queued_goes_out_then_the_end_and_then_the_peers_end_is_awaited) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.session.close();
  BOOST_TEST((bench.session.send("later") == SendResult::rejected));
  bench.run();
  BOOST_TEST(!peer.ended());
  BOOST_TEST(bench.take_all(peer) == std::string(100, 'x') + "\n");
  BOOST_TEST(peer.ended());
  BOOST_TEST(!peer.closed());
  BOOST_TEST(bench.open());
  peer.end();
  bench.run();
  BOOST_TEST(peer.closed());
  BOOST_TEST(!peer.was_reset());
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(what_the_peer_sends_after_the_end_is_dropped_so_that_it_gets_the_last_reply) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    session.close();
    return line;
  });
  Peer peer = bench.dial();
  peer.send("bye\n" + std::string(10'000, 'x'));
  bench.run();
  peer.send(std::string(10'000, 'x'));
  bench.run();
  BOOST_TEST(peer.take() == "bye\n");
  BOOST_TEST(bench.server.stats().frames_in == 1U);
  BOOST_TEST(!peer.was_reset());
  peer.end();
  bench.run();
  BOOST_TEST(!peer.was_reset());
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_ends_is_awaited_until_the_linger_deadline) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.close();
  bench.advance(2s - 1ns);
  BOOST_TEST(bench.open());
  peer.send("x");  // moves nothing
  bench.advance(0s);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_on_is_listened_to_up_to_max_discarded) {
  ServerOptions options;
  options.flow.max_discarded = 1000;
  Bench bench(options);
  bench.serve(raw(), [](std::string_view) {});
  Peer peer = bench.dial();
  bench.session.close();
  peer.send(std::string(1000, 'x'));
  bench.run();
  BOOST_TEST(bench.open());
  peer.send("x");
  bench.run();
  BOOST_TEST(peer.closed());
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(a_linger_of_zero_ends_at_once) {
  ServerOptions options;
  options.deadlines.linger = 0s;
  Bench bench(options);
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send("bye");
  bench.session.close();
  bench.run();
  BOOST_TEST(peer.take() == "bye\n");
  BOOST_TEST(peer.closed());
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(abort_ends_at_once_and_drops_what_is_queued) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.run();
  bench.session.abort();
  bench.run();
  BOOST_TEST(peer.take() == std::string(10, 'x'));
  BOOST_TEST(peer.closed());
  BOOST_TEST((bench.session.send("later") == SendResult::rejected));
  bench.check_end(CloseReason::aborted);
}

BOOST_AUTO_TEST_CASE(abort_in_a_handler_drops_the_replies_of_the_read_and_the_frames_behind) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    if (line == "cut") session.abort();
    return line;
  });
  Peer peer = bench.dial();
  peer.send("a\ncut\nb\n");
  bench.run();
  BOOST_TEST(peer.take() == "");
  BOOST_TEST(bench.server.stats().frames_in == 2U);
  bench.check_end(CloseReason::aborted);
}

BOOST_AUTO_TEST_CASE(abort_while_replies_wait_says_aborted_and_after_they_went_keeps_the_reason) {
  for (const bool waiting : {true, false}) {
    Bench bench({}, {.capacity = 10});
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    bench.session.send(std::string(waiting ? 100 : 5, 'x'));
    bench.session.close();
    bench.run();
    bench.session.abort();
    bench.run();
    bench.check_end(waiting ? CloseReason::aborted : CloseReason::closed);
  }
}

BOOST_AUTO_TEST_CASE(a_reset_while_replies_wait_says_so_and_after_they_went_keeps_the_reason) {
  for (const bool waiting : {true, false}) {
    Bench bench({}, {.capacity = 10});
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    bench.session.send(std::string(waiting ? 100 : 5, 'x'));
    bench.session.close();
    bench.run();
    peer.reset();
    bench.run();
    bench.check_end(waiting ? CloseReason::peer_reset : CloseReason::closed);
  }
}

// --- every call from every place -----------------------------------------------------------------

namespace {

struct Act {
  std::string name;
  std::function<void(Session&)> run;
};

const std::vector<Act>& acts() {
  static const std::vector<Act> all{
      {"close", [](Session& session) { session.close(); }},
      {"abort", [](Session& session) { session.abort(); }},
      {"pause", [](Session& session) { session.pause(); }},
      {"resume", [](Session& session) { session.resume(); }},
      {"shutdown_write", [](Session& session) { session.shutdown_write(); }},
      {"send", [](Session& session) { session.send("x"); }},
      {"send much", [](Session& session) { session.send(std::string(2000, 'x')); }},
      {"send too much", [](Session& session) { session.send(std::string(100'000, 'x')); }},
      {"send what has no frame", [](Session& session) { session.send("\n"); }},
      {"pause and resume",
       [](Session& session) {
         session.pause();
         session.resume();
       }},
      {"send and close",
       [](Session& session) {
         session.send("x");
         session.close();
       }},
      {"close and abort",
       [](Session& session) {
         session.close();
         session.abort();
       }},
      {"pause and close",
       [](Session& session) {
         session.pause();
         session.close();
       }},
      {"half-close and close",
       [](Session& session) {
         session.shutdown_write();
         session.close();
       }},
  };
  return all;
}

const std::vector<std::string>& places() {
  static const std::vector<std::string> all{"on_open",  "handler",           "on_drained", "on_end",
                                            "on_close", "another's handler", "timer",      "task"};
  return all;
}

ServerOptions tight() {
  ServerOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 100;
  options.flow.max_queued = 50'000;
  return options;
}

/// Plays a conversation that comes by every place, and calls `first` and then `second` there.
void play(const std::string& place, const Act& first, const Act& second, bool keep_half_open) {
  ServerOptions options = tight();
  options.flow.keep_half_open = keep_half_open;
  Bench bench(options, {.capacity = 500});
  bool done = false;
  const auto at = [&](std::string_view where, Session& session) {
    if (place != where || std::exchange(done, true)) return;
    first.run(session);
    second.run(session);
  };
  Session target;
  bench.serve(lines(),
              [&](std::string_view line, Session& session) {
                if (line == "target") target = session;
                if (line == "touch") at("another's handler", target);
                if (line == "act") at("handler", session);
                return line == "much" ? std::string(3000, 'y') : std::string(line);
              },
              {.on_open = [&](Session& session) { at("on_open", session); },
               .on_drained = [&](Session& session) { at("on_drained", session); },
               .on_end = [&](Session& session) { at("on_end", session); },
               .on_close = [&](Session& session, CloseReason) { at("on_close", session); }});
  Peer peer = bench.dial();
  target = bench.session;
  bench.loop.run_after(1s, [&] { at("timer", target); });
  peer.send("target\nact\na\nmuch\nb\n");
  bench.take_all(peer);
  bench.advance(1s);
  bench.loop.post([&] { at("task", target); });
  bench.take_all(peer);
  Peer other = bench.dial();
  other.send("touch\nz\n");
  bench.run();
  bench.take_all(peer);
  target.resume();
  bench.take_all(peer);
  peer.send("c\n");
  peer.end();
  bench.take_all(peer);
  other.end();
  bench.run();
  bench.server.stop(1s);
  bench.advance(1s);
  BOOST_TEST(done);
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.closes.size() == 2U);
  BOOST_TEST(peer.closed());
  bench.check_ends_agree();
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_call_from_every_place_ends_the_connection_exactly_once) {
  for (const std::string& place : places()) {
    for (const Act& first : acts()) {
      for (const Act& second : acts()) {
        for (const bool keep_half_open : {false, true}) {
          BOOST_TEST_CONTEXT(first.name << ", then " << second.name << " in " << place
                                        << (keep_half_open ? ", half-open" : "")) {
            play(place, first, second, keep_half_open);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(close_in_on_open_ends_before_a_frame_is_handled) {
  Bench bench;
  bench.serve(lines(), echo, {.on_open = [](Session& session) {
                session.send("no");
                session.close();
              }});
  Peer peer = bench.loop.dial(here);
  peer.send("a\n");
  bench.run();
  BOOST_TEST(peer.take() == "no\n");
  BOOST_TEST(peer.ended());
  BOOST_TEST(bench.server.stats().frames_in == 0U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(close_of_another_session_in_a_handler_sends_what_was_queued_for_it) {
  Bench bench;
  Session first;
  bench.serve(lines(), [&first](std::string_view line) {
    first.send(line);
    first.close();
  });
  Peer one = bench.dial();
  first = bench.session;
  Peer two = bench.dial();
  two.send("bye\n");
  bench.run();
  BOOST_TEST(one.take() == "bye\n");
  BOOST_TEST(one.ended());
  BOOST_TEST(!two.ended());
}

BOOST_AUTO_TEST_CASE(close_while_a_slow_peer_holds_the_input_sends_everything) {
  ServerOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 100;
  Bench bench(options, {.max_read = 10, .capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += "123456789\n";
  peer.send(bytes);
  bench.run();
  bench.session.close();
  BOOST_TEST(bench.take_all(peer).size() == 1010U);
  BOOST_TEST(peer.ended());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_SUITE_END()
