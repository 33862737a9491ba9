// Every deadline to the nanosecond, with time moved by hand: alive one before, over at it.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/session/bench.hpp"
#include "unit/session/direct.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(deadlines)

// --- frame -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_frame_has_ten_seconds_from_its_first_byte) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.advance(100s);
  bench.say(peer, "half");
  bench.advance(10s - 1ns);
  BOOST_TEST(!peer.ended());
  bench.advance(1ns);
  BOOST_TEST(peer.ended());
  bench.advance(2s);
  bench.check_end(CloseReason::frame_timeout);
}

BOOST_AUTO_TEST_CASE(bytes_that_dribble_do_not_move_the_deadline_of_their_frame) {
  for (const std::string prefix : {"", "a\n"}) {
    Bench bench;
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    bench.say(peer, prefix);
    for (int i = 0; i < 9; ++i) {
      bench.say(peer, "x");
      bench.advance(1s);
    }
    bench.say(peer, "x");
    bench.advance(1s - 1ns);
    BOOST_TEST(!peer.ended());
    bench.advance(1ns);
    BOOST_TEST(peer.ended());
    bench.advance(2s);
    bench.check_end(CloseReason::frame_timeout);
  }
}

BOOST_AUTO_TEST_CASE(a_length_that_dribbles_does_not_move_the_deadline_either) {
  Bench bench;
  bench.serve(length_prefix(4), echo);
  Peer peer = bench.dial();
  for (const char byte : std::string("\0\0\0\x20hello", 9)) {
    bench.say(peer, std::string(1, byte));
    bench.advance(1s);
  }
  bench.advance(1s - 1ns);
  BOOST_TEST(!peer.ended());
  bench.advance(1ns);
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(each_frame_has_ten_seconds_of_its_own) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "a");
  for (int i = 0; i < 5; ++i) {
    bench.advance(9s);
    BOOST_TEST(bench.say(peer, "\nb") != "");  // one ends, the next begins
  }
  bench.advance(10s - 1ns);
  BOOST_TEST(!peer.ended());
  bench.advance(1ns);
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_whole_frame_in_time_leaves_no_deadline_behind) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "a");
  bench.advance(9s);
  BOOST_TEST(bench.say(peer, "\n") == "a\n");
  bench.advance(100s);
  BOOST_TEST(bench.say(peer, "b\n") == "b\n");
}

BOOST_AUTO_TEST_CASE(the_time_of_a_pause_is_not_the_frames) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "half");
  bench.session.pause();
  bench.advance(60s);
  bench.session.resume();
  bench.run();
  BOOST_TEST(!peer.ended());
  bench.advance(10s - 1ns);
  BOOST_TEST(!peer.ended());
  BOOST_TEST(bench.say(peer, "\n") == "half\n");
}

BOOST_AUTO_TEST_CASE(the_time_that_a_slow_peer_held_the_input_is_not_the_frames) {
  ServerOptions options;
  options.flow.high_watermark = 100;
  options.flow.low_watermark = 10;
  Bench bench(options, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "ha");
  bench.session.send(std::string(200, 'x'));
  bench.advance(20s);
  bench.take_all(peer);
  BOOST_TEST(!peer.ended());
  bench.advance(10s - 1ns);
  BOOST_TEST(!peer.ended());
  BOOST_TEST(bench.say(peer, "lf\n") == "half\n");
}

BOOST_AUTO_TEST_CASE(frames_that_wait_behind_a_pause_are_not_late) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    session.pause();
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc") == "a\n");
  bench.advance(60s);
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "b\n");
  bench.advance(60s);
  bench.session.resume();
  bench.run();
  bench.advance(10s - 1ns);
  BOOST_TEST(!peer.ended());
  bench.advance(1ns);
  BOOST_TEST(peer.ended());
}

// --- idle ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_peer_that_never_sends_is_idle_after_300_seconds) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  BOOST_TEST(peer.closed());  // nobody is awaited
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(a_frame_moves_the_idle_deadline) {
  Bench bench;
  bench.serve(lines(), [](std::string_view) {});
  Peer peer = bench.dial();
  bench.advance(299s);
  bench.say(peer, "a\n");
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(what_is_sent_moves_the_idle_deadline) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.advance(299s);
  bench.session.send("news");
  bench.run();
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(a_reply_to_a_frame_that_waited_behind_a_pause_moves_the_idle_deadline) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    if (line == "pause") session.pause();
    return line;
  });
  Peer peer = bench.dial();
  bench.say(peer, "pause\na\n");
  bench.advance(299s);
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "a\n");
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_paused_for_ever_is_idle_too) {
  Bench bench;
  bench.serve(lines(), [](std::string_view, Session& session) { session.pause(); });
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_slow_peer_is_not_idle) {
  ServerOptions options;
  options.deadlines.write = 0s;
  Bench bench(options, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.advance(1000s);
  BOOST_TEST(bench.open());
  bench.take_all(peer);
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::idle_timeout);
}

// --- write -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_for_30_seconds_ends) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), [](std::string_view) { return std::string(100, 'x'); });
  Peer peer = bench.dial();
  bench.advance(100s);
  peer.send("a\n");
  bench.run();
  bench.advance(30s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  BOOST_TEST(peer.closed());
  bench.check_end(CloseReason::write_timeout);
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_a_little_every_29_seconds_lives) {
  Bench bench({}, {.capacity = 10});
  bench.serve(raw(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.run();
  for (int i = 0; i < 8; ++i) {
    bench.advance(29s);
    BOOST_TEST(peer.take(1) == "x");
    bench.run();
  }
  BOOST_TEST(bench.open());
  bench.advance(30s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::write_timeout);
}

BOOST_AUTO_TEST_CASE(more_to_send_does_not_move_the_write_deadline) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.run();
  for (int i = 0; i < 29; ++i) {
    bench.advance(1s);
    bench.session.send("more");
    peer.send("a\n");
    bench.run();
  }
  bench.advance(1s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::write_timeout);
}

BOOST_AUTO_TEST_CASE(the_write_deadline_also_ends_a_close_that_waits_for_a_slow_peer) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.session.close();
  bench.advance(30s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::write_timeout);
}

// --- handler ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(while_a_handler_is_out_nothing_is_decoded_or_read) {
  Direct direct;
  BOOST_TEST(direct.say("a\nb\nc\n") == "");
  BOOST_TEST(direct.told.frames.size() == 1U);
  BOOST_TEST(!direct.connection->idle());
  const auto seen = direct.context.counters.bytes_in.value();
  direct.say("d\n");
  BOOST_TEST(direct.context.counters.bytes_in.value() == seen);
  BOOST_TEST(direct.answer("1") == "1\n");
  BOOST_TEST(direct.told.frames.size() == 2U);
  BOOST_TEST(direct.answer("2") == "2\n");
  BOOST_TEST(direct.answer("3") == "3\n");
  BOOST_TEST(direct.answer("4") == "4\n");
  BOOST_TEST(direct.told.frames == (std::vector<std::string>{"a", "b", "c", "d"}),
             boost::test_tools::per_element());
  BOOST_TEST(direct.connection->idle());
  BOOST_TEST(direct.context.counters.frames_in.value() == 4U);
}

BOOST_AUTO_TEST_CASE(a_handler_has_30_seconds) {
  Direct direct;
  direct.loop.advance(100s);
  direct.say("a\n");
  direct.loop.advance(30s - 1ns);
  BOOST_TEST(!direct.peer.ended());
  direct.loop.advance(1ns);
  BOOST_TEST(direct.peer.ended());
  // Its answer comes too late, and does no harm.
  BOOST_TEST((direct.connection->send("late") == SendResult::rejected));
  direct.connection->handler_done();
  direct.loop.advance(2s);
  BOOST_TEST((direct.told.closes == std::vector{CloseReason::handler_timeout}));
}

BOOST_AUTO_TEST_CASE(each_handler_has_30_seconds_of_its_own) {
  Direct direct;
  direct.say("a\nb\n");
  direct.loop.advance(29s);
  BOOST_TEST(direct.answer("a") == "a\n");
  direct.loop.advance(30s - 1ns);
  BOOST_TEST(!direct.peer.ended());
  direct.loop.advance(1ns);
  BOOST_TEST(direct.peer.ended());
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_out_is_not_idle_nor_is_the_connection_right_after) {
  for (const bool answers : {true, false}) {
    ConnectionOptions options;
    options.deadlines.handler = 0s;
    Direct direct(options);
    direct.say("a\n");
    direct.loop.advance(1000s);
    BOOST_TEST(!direct.peer.closed());
    if (answers) {
      direct.answer("a");
    } else {
      direct.connection->handler_done();
      direct.loop.run_ready();
    }
    direct.loop.advance(300s - 1ns);
    BOOST_TEST(!direct.peer.closed());
    direct.loop.advance(1ns);
    BOOST_TEST((direct.told.closes == std::vector{CloseReason::idle_timeout}));
  }
}

BOOST_AUTO_TEST_CASE(the_time_of_a_handler_is_not_that_of_the_frame_behind_it) {
  Direct direct;
  direct.say("a\nhalf");
  direct.loop.advance(29s);
  direct.answer("a");
  direct.loop.advance(10s - 1ns);
  BOOST_TEST(!direct.peer.ended());
  direct.loop.advance(1ns);
  BOOST_TEST(direct.peer.ended());
}

BOOST_AUTO_TEST_CASE(a_peer_that_ends_while_a_handler_is_out_gets_the_answers_to_all_its_frames) {
  Direct direct;
  direct.peer.send("a\nb\n");
  direct.peer.end();
  direct.loop.run_ready();
  BOOST_TEST(direct.told.ends == 0U);
  BOOST_TEST(direct.answer("1") == "1\n");
  BOOST_TEST(direct.told.frames.size() == 2U);
  BOOST_TEST(direct.answer("2") == "2\n");
  BOOST_TEST(direct.told.ends == 1U);
  BOOST_TEST((direct.told.closes == std::vector{CloseReason::peer_ended}));
}

BOOST_AUTO_TEST_CASE(handler_done_without_a_handler_out_changes_nothing) {
  Direct direct;
  direct.connection->handler_done();
  direct.loop.run_ready();
  direct.say("a\n");
  BOOST_TEST(direct.told.frames.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_the_handler_that_is_out_and_then_ends) {
  Direct direct;
  direct.say("a\n");
  direct.connection->drain();
  direct.loop.advance(20s);
  BOOST_TEST(!direct.peer.ended());
  BOOST_TEST(direct.answer("1") == "1\n");
  BOOST_TEST(direct.peer.ended());
  direct.loop.advance(2s);
  BOOST_TEST((direct.told.closes == std::vector{CloseReason::drained}));
}

// --- zero ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(zero_turns_a_deadline_off) {
  ServerOptions options;
  options.deadlines.frame = 0s;
  options.deadlines.idle = 0s;
  options.deadlines.write = 0s;
  {
    Bench bench(options);
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    bench.advance(100h);
    bench.say(peer, "half");
    bench.advance(100h);
    BOOST_TEST(bench.say(peer, "\n") == "half\n");
  }
  {
    Bench bench(options, {.capacity = 10});
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    bench.session.send(std::string(100, 'x'));
    bench.advance(100h);
    BOOST_TEST(bench.take_all(peer).size() == 101U);
  }
  ConnectionOptions direct_options;
  direct_options.deadlines.handler = 0s;
  Direct direct(direct_options);
  direct.say("a\n");
  direct.loop.advance(100h);
  BOOST_TEST(direct.answer("1") == "1\n");
}

BOOST_AUTO_TEST_CASE(a_deadline_too_far_to_be_counted_is_none) {
  ServerOptions options;
  options.deadlines.frame = Duration::max();
  options.deadlines.idle = Duration::max();
  Bench bench(options);
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.advance(100h);
  bench.say(peer, "half");
  bench.advance(100h);
  BOOST_TEST(bench.say(peer, "\n") == "half\n");
}

BOOST_AUTO_TEST_SUITE_END()
