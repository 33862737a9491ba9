// The end of a server: what is idle ends now, what is busy finishes, the rest is cut; and the limit
// on connections and the numbers, which must come out even.
#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(stopping)

BOOST_AUTO_TEST_CASE(a_server_without_a_connection_stops_at_once) {
  Bench bench;
  bench.serve(lines(), echo);
  BOOST_TEST(!bench.server.stopped());
  bench.server.stop();
  bench.run();
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.server.wait().to_string() == "drained: 0 idle, 0 finished, 0 cut");
}

BOOST_AUTO_TEST_CASE(idle_ends_now_busy_finishes_and_the_rest_is_cut_at_the_deadline) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer idle = bench.dial();
  bench.say(idle, "a\n");
  Peer reading = bench.dial();  // half a request
  bench.say(reading, "ha");
  Peer writing = bench.dial();  // half a reply
  writing.send("more than ten bytes\n");
  bench.run();
  Peer stuck = bench.dial();  // half a request that never ends
  bench.say(stuck, "ha");

  bench.server.stop();
  bench.run();
  BOOST_TEST(idle.closed());
  BOOST_TEST(!idle.was_reset());
  BOOST_TEST(!reading.ended());
  BOOST_TEST(!bench.server.stopped());

  bench.advance(5s);
  BOOST_TEST(bench.say(reading, "lf\n") == "half\n");
  BOOST_TEST(reading.ended());
  reading.end();
  BOOST_TEST(bench.take_all(writing) == "more than ten bytes\n");
  BOOST_TEST(writing.ended());
  writing.end();
  bench.run();
  bench.say(stuck, "x");
  bench.advance(5s - 1ns);
  BOOST_TEST(!stuck.closed());
  BOOST_TEST(!bench.server.stopped());
  bench.advance(1ns);
  BOOST_TEST(stuck.closed());
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.server.wait().to_string() == "drained: 1 idle, 2 finished, 1 cut");
  BOOST_TEST((bench.closes == std::vector{CloseReason::drained, CloseReason::drained,
                                          CloseReason::drained, CloseReason::cut}));
  bench.check_ends_agree();
}

BOOST_AUTO_TEST_CASE(a_request_that_lies_unread_at_the_stop_is_answered) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  // In a round that has read already.
  bench.loop.run_after(1s, [&] {
    peer.send("a\n");
    bench.server.stop();
  });
  bench.advance(1s);
  BOOST_TEST(peer.take() == "a\n");
  BOOST_TEST(!peer.was_reset());
  BOOST_TEST(peer.ended());
  bench.advance(2s);
  BOOST_TEST(bench.server.stopped());
  bench.check_end(CloseReason::drained);
}

BOOST_AUTO_TEST_CASE(every_frame_of_a_read_is_answered_while_the_server_drains) {
  Bench bench;
  std::size_t handled = 0;
  bench.serve(lines(), [&](std::string_view line) {
    if (++handled == 1) bench.server.stop();
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc\n") == "a\nb\nc\n");
  BOOST_TEST(bench.server.stopped());
  bench.check_end(CloseReason::drained);
}

BOOST_AUTO_TEST_CASE(a_half_close_during_a_drain_loses_no_frame_of_the_read) {
  Bench bench;
  std::size_t handled = 0;
  bench.serve(lines(), [&](std::string_view line, Session& session) {
    ++handled;
    if (line == "last") session.shutdown_write();
    return line;
  });
  Peer peer = bench.dial();
  bench.say(peer, "ha");
  bench.server.stop();
  bench.run();
  BOOST_TEST(bench.say(peer, "lf\nlast\nb\nc\n") == "half\nlast\n");
  BOOST_TEST(handled == 4U);
  peer.end();
  bench.run();
  BOOST_TEST(bench.server.stopped());
}

BOOST_AUTO_TEST_CASE(a_stop_with_no_time_ends_idle_ones_as_idle_and_cuts_busy_ones) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer idle = bench.dial();
  Peer busy = bench.dial();
  bench.say(busy, "ha");
  bench.server.stop(0s);
  bench.run();
  BOOST_TEST(idle.closed());
  BOOST_TEST(busy.closed());
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.server.wait().to_string() == "drained: 1 idle, 0 finished, 1 cut");
  bench.check_ends_agree();
}

BOOST_AUTO_TEST_CASE(a_second_stop_may_only_bring_the_deadline_nearer) {
  for (const bool nearer : {true, false}) {
    Bench bench;
    bench.serve(lines(), echo);
    Peer busy = bench.dial();
    bench.say(busy, "ha");
    bench.server.stop(5s);
    bench.advance(1s);
    bench.server.stop(nearer ? 1s : 100s);
    bench.run();
    bench.advance((nearer ? 1s : 4s) - 1ns);
    BOOST_TEST(!bench.server.stopped());
    bench.advance(1ns);
    BOOST_TEST(bench.server.stopped());
    bench.check_end(CloseReason::cut);
    // Stopping once more is no error.
    bench.server.stop();
    bench.run();
    BOOST_TEST(bench.server.wait().cut == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_without_a_deadline_waits_for_the_busy_ones) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer busy = bench.dial();
  bench.say(busy, "ha");
  bench.server.stop(Duration::max());
  bench.advance(9s);
  BOOST_TEST(!busy.closed());
  BOOST_TEST(bench.say(busy, "lf\n") == "half\n");
  busy.end();
  bench.run();
  BOOST_TEST(bench.server.stopped());
  bench.check_end(CloseReason::drained);
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_start_is_no_stop) {
  Bench bench;
  bench.server.stop();
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\n") == "a\n");
  BOOST_TEST(!bench.server.stopped());
}

BOOST_AUTO_TEST_CASE(a_stop_in_every_hook_and_in_a_handler_ends_the_server) {
  for (const std::string place : {"on_open", "handler", "on_end", "on_close"}) {
    BOOST_TEST_CONTEXT(place) {
      Bench bench;
      const auto at = [&bench, &place](const std::string& where) {
        if (where == place) bench.server.stop(0s);
      };
      bench.serve(lines(),
                  [&](std::string_view line) {
                    at("handler");
                    return line;
                  },
                  {.on_open = [&](Session&) { at("on_open"); },
                   .on_end = [&](Session&) { at("on_end"); },
                   .on_close = [&](Session&, CloseReason) { at("on_close"); }});
      Peer peer = bench.loop.dial(here);
      peer.send("a\n");
      peer.end();
      bench.run();
      BOOST_TEST(bench.server.stopped());
      bench.check_ends_agree();
      BOOST_TEST(bench.closes.size() == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_lingers_at_the_stop_is_waited_for_and_has_finished) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.close();
  bench.run();
  bench.server.stop();
  bench.run();
  BOOST_TEST(!bench.server.stopped());
  bench.advance(2s);
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.server.wait().to_string() == "drained: 0 idle, 1 finished, 0 cut");
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanished_is_cut) {
  Bench bench({}, {.vanish_at = 2});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  bench.server.stop();
  bench.advance(10s - 1ns);
  BOOST_TEST(!bench.server.stopped());
  bench.advance(1ns);
  BOOST_TEST(bench.server.stopped());
  bench.check_end(CloseReason::cut);
}

BOOST_AUTO_TEST_CASE(a_server_may_be_destroyed_at_any_moment_between_two_rounds) {
  // 0: not started; 1: serving; 2: told to stop; 3: draining; 4: stopped
  for (int moment = 0; moment <= 4; ++moment) {
    BOOST_TEST_CONTEXT("moment " << moment) {
      MemoryLoop loop;
      Peer peer;
      Session session;
      {
        std::optional<Server> server(std::in_place,
                                     ServerOptions{.log = Log(LogLevel::off), .loop = &loop});
        BOOST_REQUIRE(server
                          ->listen(here, lines(), echo,
                                   {.on_open = [&](Session& opened) { session = opened; }})
                          .ok());
        if (moment > 0) {
          BOOST_REQUIRE(server->start().ok());
          peer = loop.dial(here);
          peer.send("a\nha");
          loop.run_ready();
          session.send("queued");
        }
        if (moment > 1) server->stop(moment == 4 ? 0s : 10s);
        if (moment > 2) loop.run_ready();
      }
      loop.advance(20s);
      if (moment > 0) BOOST_TEST(peer.closed());
      BOOST_TEST((session.send("late") == SendResult::rejected));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_starts_and_stops_leave_nothing_behind) {
  MemoryLoop loop;
  for (int i = 0; i < 1000; ++i) {
    Server server({.log = Log(LogLevel::off), .loop = &loop});
    BOOST_REQUIRE(server.listen(here, lines(), echo).ok());
    BOOST_REQUIRE(server.start().ok());
    Peer peer = loop.dial(here);
    peer.send("a\n");
    if (i % 2 == 0) peer.send("ha");
    loop.run_ready();
    server.stop(i % 3 == 0 ? 0s : 1s);
    loop.advance(1s);
    BOOST_REQUIRE(server.stopped());
    BOOST_REQUIRE(server.stats().active == 0U);
  }
}

// --- limits and numbers --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_connection_too_many_is_refused_at_once_and_counted) {
  ServerOptions options;
  options.limits.connections = 2;
  Bench bench(options);
  bench.serve(lines(), echo);
  Peer one = bench.dial();
  Peer two = bench.dial();
  for (int i = 0; i < 5; ++i) {
    Peer three = bench.dial();
    BOOST_TEST(three.closed());
    BOOST_TEST(three.take() == "");
  }
  ServerStats stats = bench.server.stats();
  BOOST_TEST(stats.accepted == 2U);
  BOOST_TEST(stats.active == 2U);
  BOOST_TEST(stats.refused_limit == 5U);
  BOOST_TEST(bench.warnings() == 1U);  // and four held back
  BOOST_TEST(bench.logged("the limit of 2 connections is reached") == 1U);
  BOOST_TEST(bench.say(two, "a\n") == "a\n");

  one.end();
  bench.run();
  Peer four = bench.dial();
  BOOST_TEST(bench.say(four, "b\n") == "b\n");
  BOOST_TEST(bench.server.stats().active == 2U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_lingers_still_counts) {
  ServerOptions options;
  options.limits.connections = 1;
  Bench bench(options);
  bench.serve(lines(), echo);
  Peer one = bench.dial();
  bench.session.close();
  bench.run();
  BOOST_TEST(bench.dial().closed());
  bench.advance(2s);
  BOOST_TEST(!bench.dial().closed());
}

BOOST_AUTO_TEST_CASE(the_numbers_are_those_of_what_happened) {
  ServerOptions options;
  options.flow.high_watermark = 100;
  Bench bench(options, {.capacity = 50});
  bench.serve(lines(), [](std::string_view line) {
    if (line == "throw") throw std::runtime_error("oops");
    return std::string(line.size() * 10, 'x');
  });
  Peer one = bench.dial();
  one.send("a\nbb\n");
  BOOST_TEST(bench.take_all(one).size() == 32U);
  Peer two = bench.dial();
  two.send("a line of 20 bytes..\n");
  BOOST_TEST(bench.take_all(two).size() == 201U);
  bench.say(one, "throw\n");
  one.end();
  bench.run();
  const ServerStats stats = bench.server.stats();
  BOOST_TEST(stats.accepted == 2U);
  BOOST_TEST(stats.active == 1U);
  BOOST_TEST(stats.frames_in == 4U);
  BOOST_TEST(stats.bytes_in == 5U + 21U + 6U);
  BOOST_TEST(stats.bytes_out == 32U + 201U);
  BOOST_TEST(stats.handler_failures == 1U);
  BOOST_TEST(stats.pauses == 1U);
  BOOST_TEST(stats.refused_limit == 0U);
  BOOST_TEST(stats.accept_pauses == 0U);
  BOOST_TEST(stats.accept_shed == 0U);
  BOOST_TEST(stats.closed_by(CloseReason::handler_failed) == 1U);
}

BOOST_AUTO_TEST_CASE(many_connections_that_come_and_go_in_any_order_are_all_told_once) {
  Bench bench;
  bench.serve(lines(), echo);
  std::vector<Peer> peers;
  peers.reserve(300);
  for (int i = 0; i < 300; ++i) peers.push_back(bench.dial());
  BOOST_TEST(bench.server.stats().active == 300U);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    // 7 and 300 have no divisor in common: this comes by all of them, out of order.
    Peer& peer = peers[i * 7 % peers.size()];
    if (i % 3 == 0) {
      peer.reset();
    } else {
      peer.end();
    }
    if (i % 5 == 0) bench.run();
    if (i % 50 == 0) BOOST_TEST(bench.say(peers[(i * 7 + 7) % peers.size()], "a\n") == "a\n");
  }
  bench.run();
  BOOST_TEST(bench.closes.size() == 300U);
  bench.check_ends_agree();
}

BOOST_AUTO_TEST_SUITE_END()
