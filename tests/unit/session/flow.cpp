// Watermarks: the peer that does not read is not read, and what waits for it is bounded.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// 1,000 bytes high, 100 low, 5,000 at most.
ServerOptions small_flow() {
  ServerOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 100;
  options.flow.max_queued = 5000;
  return options;
}

/// A peer's window of 10 bytes.
constexpr Faults narrow{.capacity = 10};

/// Ten bytes on the wire.
constexpr std::string_view ten = "123456789";

}  // namespace

BOOST_AUTO_TEST_SUITE(flow)

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_is_not_read_from_the_high_watermark_on) {
  Bench bench(small_flow(), {.max_read = 10, .capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += "123456789\n";
  peer.send(bytes);
  bench.run();
  // 1 frame is in the peer's window, 100 wait; the others were not even read.
  BOOST_TEST(bench.server.stats().frames_in == 101U);
  BOOST_TEST(bench.server.stats().bytes_in == 1010U);
  BOOST_TEST(bench.session.queued() == 1000U);
  BOOST_TEST(bench.server.stats().pauses == 1U);
  BOOST_TEST(bench.record.back() == "open");

  // 10 bytes at a time down to the low watermark: nothing is read before.
  std::string back;
  while (bench.session.queued() > 110) {
    back += peer.take();
    bench.run();
    BOOST_TEST(bench.server.stats().bytes_in == 1010U);
  }
  BOOST_TEST(bench.record.back() == "open");
  back += peer.take();
  bench.run();
  BOOST_TEST(bench.record.back() == "drained");
  BOOST_TEST(bench.server.stats().bytes_in > 1010U);
  BOOST_TEST(bench.session.queued() == 1000U);

  back += bench.take_all(peer);
  BOOST_TEST((back == bytes));
  BOOST_TEST(bench.open());
}

BOOST_AUTO_TEST_CASE(on_drained_is_called_once_each_time_and_never_without_pressure) {
  Bench bench(small_flow(), narrow);
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  const auto drained = [&] {
    return std::count(bench.record.begin(), bench.record.end(), "drained");
  };
  for (int i = 0; i < 99; ++i) {
    BOOST_TEST((bench.session.send(ten) == SendResult::queued));
  }
  BOOST_TEST(bench.take_all(peer).size() == 990U);
  BOOST_TEST(drained() == 0);

  for (int i = 0; i < 99; ++i) bench.session.send(ten);
  bench.run();  // 10 bytes are gone
  BOOST_TEST((bench.session.send(ten) == SendResult::queued));
  BOOST_TEST((bench.session.send(ten) == SendResult::pressured));
  BOOST_TEST((bench.session.send(ten) == SendResult::pressured));
  BOOST_TEST(bench.take_all(peer).size() == 1020U);
  BOOST_TEST(drained() == 1);

  for (int i = 0; i < 200; ++i) bench.session.send(ten);
  BOOST_TEST(bench.take_all(peer).size() == 2000U);
  BOOST_TEST(drained() == 2);
  BOOST_TEST(bench.server.stats().pauses == 2U);
}

BOOST_AUTO_TEST_CASE(a_source_that_writes_on_in_on_drained_delivers_everything) {
  int left = 20;
  const auto fill = [&left](Session& session) {
    while (left > 0 && session.send(std::string(300, 'x')) == SendResult::queued) --left;
    if (left > 0) --left;  // the pressured one went out as well
  };
  Bench bench(small_flow(), narrow);
  bench.serve(raw(), [](std::string_view) {}, {.on_open = fill, .on_drained = fill});
  Peer peer = bench.dial();
  BOOST_TEST(bench.take_all(peer).size() == 6000U);
  BOOST_TEST(bench.server.stats().pauses >= 4U);
}

BOOST_AUTO_TEST_CASE(more_than_may_wait_ends_the_connection_once_with_one_line_and_no_later_send) {
  Bench bench(small_flow(), narrow);
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  int sent = 0;
  while (bench.session.send(ten) != SendResult::rejected) BOOST_REQUIRE(++sent < 1000);
  BOOST_TEST(sent == 501);  // 10 bytes in the peer's window and 5,000 that wait
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST((bench.session.send("later") == SendResult::rejected));
  }
  bench.run();
  BOOST_TEST(bench.warnings() == 1U);
  BOOST_TEST(bench.logged("slow_consumer: 5010 bytes wait for the peer, the limit is 5000") == 1U);
  // No hole in the stream: what the peer got is its beginning.
  BOOST_TEST(peer.take() == "123456789\n");
  BOOST_TEST(peer.take() == "");
  bench.check_end(CloseReason::slow_consumer);
}

BOOST_AUTO_TEST_CASE(exactly_what_may_wait_may_wait) {
  Bench bench(small_flow(), narrow);
  bench.serve(raw(), echo);
  Peer peer = bench.dial();
  BOOST_TEST((bench.session.send(std::string(5010, 'x')) == SendResult::pressured));
  bench.run();
  BOOST_TEST(bench.session.queued() == 5000U);
  BOOST_TEST(bench.take_all(peer).size() == 5010U);
  BOOST_TEST((bench.session.send(std::string(5011, 'x')) == SendResult::rejected));
  bench.run();
  bench.check_end(CloseReason::slow_consumer);
}

BOOST_AUTO_TEST_CASE(a_thousand_slow_consumers_are_one_line_in_the_log) {
  Bench bench(small_flow(), narrow);
  std::vector<Session> all;
  bench.serve(raw(), echo, {.on_open = [&all](Session& session) { all.push_back(session); }});
  std::vector<Peer> peers;
  peers.reserve(1000);
  for (int i = 0; i < 1000; ++i) peers.push_back(bench.dial());
  for (Session& each : all) each.send(std::string(10'000, 'x'));
  bench.run();
  BOOST_TEST(bench.warnings() == 1U);
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::slow_consumer) == 1000U);
  bench.check_ends_agree();
}

BOOST_AUTO_TEST_CASE(one_slow_peer_does_not_hold_another_one) {
  Bench bench(small_flow(), narrow);
  bench.serve(lines(), echo);
  Peer slow = bench.dial();
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += "123456789\n";
  bench.loop.set_faults({.max_read = 10, .capacity = 10});
  slow.send(bytes);
  bench.run();
  Peer quick = bench.dial();
  BOOST_TEST(bench.say(quick, "a\n") == "a\n");
  BOOST_TEST((bench.take_all(slow) == bytes));
}

BOOST_AUTO_TEST_CASE(the_handlers_pause_outlasts_the_pressure_and_the_other_way_round) {
  Bench bench(small_flow(), {.max_read = 10, .capacity = 10});
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += "123456789\n";
  peer.send(bytes);
  bench.run();
  bench.session.pause();
  std::string back = bench.take_all(peer);
  BOOST_TEST(back.size() == 1010U);  // drained, and still paused
  BOOST_TEST(bench.record.back() == "drained");
  bench.session.resume();
  bench.run();
  BOOST_TEST(bench.session.queued() == 1000U);
  bench.session.pause();
  bench.session.resume();
  bench.run();
  BOOST_TEST(bench.session.queued() == 1000U);  // resumed, and still under pressure
  back += bench.take_all(peer);
  BOOST_TEST((back == bytes));
}

BOOST_AUTO_TEST_CASE(watermarks_of_zero_hold_no_frame_back_for_ever) {
  ServerOptions options;
  options.flow.high_watermark = 0;
  options.flow.low_watermark = 0;
  for (const std::size_t capacity : {3U, 1000U}) {
    Bench bench(options, {.capacity = capacity});
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    peer.send("aa\nbb\ncc\n");
    BOOST_TEST(bench.take_all(peer) == "aa\nbb\ncc\n");
    bench.session.send("dd");
    BOOST_TEST(bench.take_all(peer) == "dd\n");
  }
}

BOOST_AUTO_TEST_CASE(a_low_watermark_above_the_high_one_loses_nothing) {
  ServerOptions options;
  options.flow.high_watermark = 10;
  options.flow.low_watermark = 1000;
  Bench bench(options, narrow);
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += "123456789\n";
  peer.send(bytes);
  BOOST_TEST((bench.take_all(peer) == bytes));
}

BOOST_AUTO_TEST_SUITE_END()
