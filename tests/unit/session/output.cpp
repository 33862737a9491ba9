// What a connection sends: in order, together, and never more than may wait.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(output)

BOOST_AUTO_TEST_CASE(the_replies_of_one_read_go_out_in_one_write) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += std::to_string(i) + "\n";
  const std::size_t before = bench.loop.steps();
  BOOST_TEST(bench.say(peer, bytes) == bytes);
  BOOST_TEST(bench.loop.steps() - before == 2U);  // a read, a write
}

BOOST_AUTO_TEST_CASE(replies_go_out_in_one_write_also_when_the_first_frame_began_in_the_last_read) {
  Bench bench;
  bench.serve(length_prefix(4), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += std::string("\0\0\0\x02hi", 6);
  bench.say(peer, bytes.substr(0, 1));
  const std::size_t before = bench.loop.steps();
  BOOST_TEST((bench.say(peer, bytes.substr(1)) == bytes));
  BOOST_TEST(bench.loop.steps() - before <= 3U);  // a read, the cut frame, the others
}

BOOST_AUTO_TEST_CASE(what_one_call_sends_goes_out_in_one_write_in_order_before_its_reply) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    for (const std::string_view text : {"1", "2", "3"}) {
      BOOST_TEST((session.send(text) == SendResult::queued));
    }
    return line;
  });
  Peer peer = bench.dial();
  const std::size_t before = bench.loop.steps();
  BOOST_TEST(bench.say(peer, "a\nb\n") == "1\n2\n3\na\n1\n2\n3\nb\n");
  BOOST_TEST(bench.loop.steps() - before == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_sent_outside_of_a_handler_goes_out_together_at_the_end_of_the_round) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  const std::size_t before = bench.loop.steps();
  for (const std::string_view text : {"1", "2", "3"}) bench.session.send(text);
  BOOST_TEST(bench.session.queued() == 6U);
  BOOST_TEST(peer.available() == 0U);
  bench.run();
  BOOST_TEST(peer.take() == "1\n2\n3\n");
  BOOST_TEST(bench.session.queued() == 0U);
  BOOST_TEST(bench.loop.steps() - before == 1U);
}

BOOST_AUTO_TEST_CASE(a_greeting_from_on_open_comes_before_the_first_reply) {
  Bench bench;
  bench.serve(lines(), echo, {.on_open = [](Session& session) { session.send("welcome"); }});
  Peer peer = bench.loop.dial(here);
  peer.send("a\n");
  bench.run();
  BOOST_TEST(peer.take() == "welcome\na\n");
}

BOOST_AUTO_TEST_CASE(a_message_to_another_session_goes_out_and_keeps_the_order_there) {
  Bench bench;
  std::vector<Session> all;
  bench.serve(lines(),
              [&all](std::string_view line) {
                for (Session& each : all) each.send(line);
              },
              {.on_open = [&all](Session& session) { all.push_back(session); }});
  Peer first = bench.dial();
  Peer second = bench.dial();
  first.send("a\nb\n");
  second.send("c\n");
  bench.run();
  BOOST_TEST(first.take() == "a\nb\nc\n");
  BOOST_TEST(second.take() == "a\nb\nc\n");
}

BOOST_AUTO_TEST_CASE(a_message_from_a_timer_and_one_from_a_posted_task_go_out) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.loop.run_after(1s, [&] { bench.session.send("timer"); });
  bench.loop.post([&] { bench.session.send("task"); });
  bench.run();
  BOOST_TEST(peer.take() == "task\n");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "timer\n");
}

BOOST_AUTO_TEST_CASE(short_writes_of_one_byte_lose_and_reorder_nothing) {
  Bench bench({}, {.max_write = 1});
  bench.serve(lines(), [](std::string_view line, Session& session) {
    session.send("before");
    return line;
  });
  Peer peer = bench.dial();
  peer.send("a\nb\n");
  BOOST_TEST(bench.take_all(peer) == "before\na\nbefore\nb\n");
  bench.session.send("c");
  BOOST_TEST(bench.take_all(peer) == "c\n");
}

BOOST_AUTO_TEST_CASE(a_reply_larger_than_the_peers_window_arrives_whole_as_the_peer_reads) {
  const std::string large(3'000'000, 'x');
  Bench bench;
  bench.serve(raw(), [&large](std::string_view) -> std::string_view { return large; });
  Peer peer = bench.dial();
  peer.send("?");
  BOOST_TEST((bench.take_all(peer) == large));
  BOOST_TEST(bench.open());
}

BOOST_AUTO_TEST_CASE(while_the_peer_takes_nothing_no_write_is_tried) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.run();
  const std::size_t before = bench.loop.steps();
  for (int i = 0; i < 5; ++i) {
    bench.session.send("more");
    bench.run();
  }
  BOOST_TEST(bench.loop.steps() == before);
  BOOST_TEST(bench.take_all(peer).size() == 101U + 25U);
}

BOOST_AUTO_TEST_CASE(a_message_without_a_frame_is_rejected_and_logged_and_the_connection_goes_on) {
  Bench bench;
  std::vector<SendResult> results;
  bench.serve(lines(), [&](std::string_view line, Session& session) {
    results.push_back(session.send("two\nlines"));
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\n") == "a\n");
  results.push_back(bench.session.send("two\nlines"));
  bench.session.send("b");
  bench.run();
  BOOST_TEST(peer.take() == "b\n");
  BOOST_TEST((results == std::vector(2, SendResult::rejected)));
  BOOST_TEST(bench.logged("unencodable_reply") == 1U);  // and one held back
  BOOST_TEST(bench.open());
}

BOOST_AUTO_TEST_CASE(one_byte_in_and_100_kib_out_a_thousand_times_stays_bounded) {
  constexpr std::size_t reply_size = 100 * 1024;
  constexpr std::size_t frames = 1000;
  const std::string reply(reply_size, 'x');
  Bench bench;
  bench.serve(lines(), [&reply](std::string_view) -> std::string_view { return reply; });
  Peer peer = bench.dial();
  peer.send(std::string(frames, '\n'));
  bench.run();
  const Flow flow;
  BOOST_TEST(bench.session.queued() >= flow.high_watermark);
  BOOST_TEST(bench.session.queued() <= 2 * flow.high_watermark + reply_size);
  BOOST_TEST(bench.server.stats().frames_in < 12U);
  // And all of it arrives at a peer that reads.
  std::size_t taken = 0;
  std::size_t most_waiting = 0;
  for (bench.run(); peer.available() != 0; bench.run()) {
    taken += peer.take().size();
    most_waiting = std::max(most_waiting, bench.session.queued());
  }
  BOOST_TEST(taken == frames * (reply_size + 1));
  BOOST_TEST(most_waiting <= 2 * flow.high_watermark + reply_size);
}

BOOST_AUTO_TEST_CASE(a_handler_that_sends_without_end_is_told_and_ends_the_connection) {
  const std::string text(1000, 'x');
  std::size_t sent = 0;
  bool was_pressured = false;
  Bench bench;
  bench.serve(lines(), [&](std::string_view line, Session& session) {
    for (;; ++sent) {
      const SendResult result = session.send(text);
      if (result == SendResult::rejected) break;
      was_pressured = was_pressured || result == SendResult::pressured;
      BOOST_REQUIRE(sent < 100'000);
    }
    BOOST_TEST((session.send("one more") == SendResult::rejected));
    return line;
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  const Flow flow;
  BOOST_TEST(was_pressured);
  // What the kernel takes, what may wait, and the last scratch.
  BOOST_TEST(sent * 1001 <= Faults().capacity + flow.max_queued + 2 * flow.high_watermark);
  BOOST_TEST(bench.server.stats().frames_in == 1U);
  BOOST_TEST(bench.logged("slow_consumer:") == 1U);
  bench.check_end(CloseReason::slow_consumer);
}

BOOST_AUTO_TEST_CASE(what_a_handler_sends_after_close_does_not_go_out_but_its_reply_does) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    session.send("before");
    session.close();
    BOOST_TEST((session.send("after") == SendResult::rejected));
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "bye\nignored\n") == "before\nbye\n");
  BOOST_TEST(peer.ended());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_SUITE_END()
