// The end of one direction is not the end of the other.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

namespace {

ServerOptions half_open() {
  ServerOptions options;
  options.flow.keep_half_open = true;
  return options;
}

/// Echoes, and half-closes at the line "last".
constexpr auto ending_with_last = [](std::string_view line, Session& session) {
  if (line == "last") session.shutdown_write();
  return line;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(half_close)

BOOST_AUTO_TEST_CASE(a_peer_that_ends_after_its_frames_gets_all_replies_and_then_the_end) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  peer.send("a\nb\nc\n");
  peer.end();
  bench.run();
  BOOST_TEST(peer.take() == "a\nb\nc\n");
  BOOST_TEST(peer.ended());
  BOOST_TEST(!peer.was_reset());
  bench.check_end(CloseReason::peer_ended);
  BOOST_TEST(bench.record == (std::vector<std::string>{"open", "end", "close peer_ended"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_slow_peer_that_has_ended_still_gets_everything) {
  Bench bench({}, {.max_write = 3, .capacity = 10});
  bench.serve(lines(), [](std::string_view line) { return std::string(1000, line.front()); });
  Peer peer = bench.dial();
  peer.send("a\nb\n");
  peer.end();
  bench.run();
  BOOST_TEST(bench.open());
  const std::string all = bench.take_all(peer);
  BOOST_TEST((all == std::string(1000, 'a') + "\n" + std::string(1000, 'b') + "\n"));
  BOOST_TEST(peer.ended());
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_peer_that_ends_without_a_byte_is_no_failure) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
  BOOST_TEST(bench.warnings() == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_in_mid_frame_is_told_with_what_came) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  peer.send("a\nhalf");
  peer.end();
  bench.run();
  BOOST_TEST(peer.take() == "a\n");
  BOOST_TEST(bench.logged("truncated_frame: the peer stopped after 4 bytes of a frame; it begins "
                          "\"half\"") == 1U);
  bench.check_end(CloseReason::truncated_frame);
  // Nobody calls it an end of the conversation.
  BOOST_TEST(bench.record == (std::vector<std::string>{"open", "close truncated_frame"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_end_at_every_byte_is_truncated_or_clean_as_the_frames_say) {
  const std::string bytes("\0\0\0\x02hi\0\0\0\x01x", 11);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    BOOST_TEST_CONTEXT("the end after " << size) {
      Bench bench;
      bench.serve(length_prefix(4), echo);
      Peer peer = bench.dial();
      peer.send(bytes.substr(0, size));
      peer.end();
      bench.run();
      const bool clean = size == 0 || size == 6 || size == 11;
      bench.check_end(clean ? CloseReason::peer_ended : CloseReason::truncated_frame);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_on_end_sends_goes_out_before_the_end) {
  Bench bench;
  bench.serve(lines(), echo, {.on_end = [](Session& session) { session.send("bye"); }});
  Peer peer = bench.dial();
  peer.send("a\n");
  peer.end();
  bench.run();
  BOOST_TEST(peer.take() == "a\nbye\n");
  BOOST_TEST(peer.ended());
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(keep_half_open_keeps_writing_until_the_handler_closes) {
  Bench bench(half_open());
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  peer.send("a\n");
  peer.end();
  bench.run();
  BOOST_TEST(bench.record.back() == "end");
  BOOST_TEST(peer.take() == "a\n");
  BOOST_TEST(!peer.ended());
  bench.advance(60s);
  bench.session.send("later");
  bench.run();
  BOOST_TEST(peer.take() == "later\n");
  bench.session.close();
  bench.run();
  BOOST_TEST(peer.ended());
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(keep_half_open_ends_when_both_sides_have_ended_whoever_is_first) {
  for (const bool peer_first : {true, false}) {
    Bench bench(half_open());
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    for (const bool peers_turn : {peer_first, !peer_first}) {
      BOOST_TEST(bench.open());
      if (peers_turn) {
        peer.end();
      } else {
        bench.session.shutdown_write();
      }
      bench.run();
    }
    BOOST_TEST(peer.ended());
    bench.check_end(CloseReason::peer_ended);
  }
}

BOOST_AUTO_TEST_CASE(keep_half_open_is_not_for_ever_idle_still_counts) {
  Bench bench(half_open());
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  peer.end();
  bench.advance(300s - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(a_half_close_in_on_end_with_a_slow_peer_ends_when_all_is_out) {
  Bench bench(half_open(), {.capacity = 4});
  bench.serve(lines(), echo, {.on_end = [](Session& session) {
                session.send("good bye");
                session.shutdown_write();
              }});
  Peer peer = bench.dial();
  peer.end();
  bench.run();
  BOOST_TEST(bench.open());
  BOOST_TEST(bench.take_all(peer) == "good bye\n");
  BOOST_TEST(peer.ended());
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(after_a_half_close_input_is_handled_on_and_its_replies_are_dropped) {
  Bench bench;
  std::vector<std::string> seen;
  bench.serve(lines(), [&seen](std::string_view line, Session& session) {
    seen.emplace_back(line);
    const auto result = session.send("first");
    BOOST_TEST((result == SendResult::rejected) == (seen.size() > 1));
    if (line == "last") session.shutdown_write();
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "last\n") == "first\nlast\n");
  BOOST_TEST(peer.ended());
  BOOST_TEST(bench.say(peer, "a\nb\n") == "");
  BOOST_TEST(bench.say(peer, "c") == "");
  BOOST_TEST(bench.say(peer, "\n") == "");
  BOOST_TEST(seen == (std::vector<std::string>{"last", "a", "b", "c"}),
             boost::test_tools::per_element());
  BOOST_TEST(bench.open());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(
    a_half_close_in_a_handler_ends_the_output_behind_its_reply_however_it_was_cut) {
  const std::string bytes = "a\nlast\nb\nc\n";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    for (const std::size_t capacity : {2U, 1000U}) {
      BOOST_TEST_CONTEXT("cut at " << cut << ", a window of " << capacity) {
        Bench bench({}, {.capacity = capacity});
        bench.serve(lines(), ending_with_last);
        Peer peer = bench.dial();
        peer.send(bytes.substr(0, cut));
        std::string back = bench.take_all(peer);
        peer.send(bytes.substr(cut));
        back += bench.take_all(peer);
        BOOST_TEST(back == "a\nlast\n");
        BOOST_TEST(peer.ended());
        BOOST_TEST(bench.server.stats().frames_in == 4U);
        peer.end();
        bench.run();
        bench.check_end(CloseReason::peer_ended);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_half_close_waits_for_what_is_queued) {
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.session.send(std::string(100, 'x'));
  bench.session.shutdown_write();
  BOOST_TEST((bench.session.send("later") == SendResult::rejected));
  bench.session.shutdown_write();
  bench.run();
  BOOST_TEST(!peer.ended());
  BOOST_TEST(bench.take_all(peer) == std::string(100, 'x') + "\n");
  BOOST_TEST(peer.ended());
  BOOST_TEST(bench.open());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_half_close_in_every_hook_does_no_harm) {
  const auto half = [](Session& session) {
    session.send("x");
    session.shutdown_write();
  };
  {
    Bench bench;
    bench.serve(lines(), echo, {.on_open = half});
    Peer peer = bench.dial();
    BOOST_TEST(bench.say(peer, "a\n") == "x\n");
    peer.end();
    bench.run();
    bench.check_end(CloseReason::peer_ended);
  }
  {
    Bench bench;
    bench.serve(lines(), echo, {.on_end = half});
    Peer peer = bench.dial();
    peer.end();
    bench.run();
    BOOST_TEST(peer.take() == "x\n");
    bench.check_end(CloseReason::peer_ended);
  }
  {
    Bench bench;
    bench.serve(lines(), echo,
                {.on_close = [](Session& session, CloseReason) { session.shutdown_write(); }});
    Peer peer = bench.dial();
    peer.end();
    bench.run();
    bench.check_end(CloseReason::peer_ended);
  }
}

BOOST_AUTO_TEST_SUITE_END()
