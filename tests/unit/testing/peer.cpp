// The test's end of a connection behaves as a client's socket does.
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string>
#include <vector>

#include "unit/testing/recorder.hpp"

using namespace weir;
using namespace weir::test;
using testing::Peer;

BOOST_AUTO_TEST_SUITE(peer)

BOOST_AUTO_TEST_CASE(what_is_sent_is_told_at_the_next_run_and_not_before) {
  Wire wire;
  wire.peer.send("hel");
  wire.peer.send("lo");
  BOOST_TEST(wire.sink.told.empty());
  wire.loop.run_ready();
  wire.sink.expect({"bytes hello"});
}

BOOST_AUTO_TEST_CASE(what_is_written_waits_until_the_peer_takes_it) {
  Wire wire;
  BOOST_TEST(wire.write("hello") == 5U);
  BOOST_TEST(wire.peer.available() == 5U);
  BOOST_TEST(wire.peer.take(2) == "he");
  BOOST_TEST(wire.peer.available() == 3U);
  BOOST_TEST(wire.peer.take() == "llo");
  BOOST_TEST(wire.peer.take() == "");
}

BOOST_AUTO_TEST_CASE(several_pieces_are_one_write_in_order) {
  Wire wire;
  const std::vector<std::string_view> pieces{"a", "", "bc", "d"};
  const std::size_t before = wire.loop.steps();
  BOOST_TEST(wire.transport->write(pieces) == 4U);
  BOOST_TEST(wire.loop.steps() - before == 1U);
  BOOST_TEST(wire.peer.take() == "abcd");
}

BOOST_AUTO_TEST_CASE(an_end_is_told_once_behind_the_bytes_and_writing_still_works) {
  Wire wire;
  wire.peer.send("a");
  wire.peer.end();
  wire.peer.send("never");
  wire.loop.run_ready();
  wire.loop.run_ready();
  wire.sink.expect({"bytes a", "end"});
  BOOST_TEST(wire.write("b") == 1U);
  BOOST_TEST(wire.peer.take() == "b");
  BOOST_TEST(!wire.peer.ended());
}

BOOST_AUTO_TEST_CASE(a_half_close_is_seen_behind_the_bytes_and_reading_still_works) {
  Wire wire;
  wire.write("a");
  wire.transport->shutdown_write();
  BOOST_TEST(!wire.peer.ended());  // "a" was not taken
  BOOST_TEST(wire.peer.take() == "a");
  BOOST_TEST(wire.peer.ended());
  BOOST_TEST(!wire.peer.closed());
  wire.peer.send("b");
  wire.loop.run_ready();
  wire.sink.expect({"bytes b"});
}

BOOST_AUTO_TEST_CASE(close_is_told_later_and_once) {
  Wire wire;
  wire.write("last");
  wire.transport->close();
  wire.transport->close();
  BOOST_TEST(wire.sink.told.empty());
  wire.loop.run_ready();
  wire.sink.expect({"closed 0"});
  BOOST_TEST(wire.peer.take() == "last");
  BOOST_TEST(wire.peer.ended());
  BOOST_TEST(wire.peer.closed());
  BOOST_TEST(!wire.peer.was_reset());
}

BOOST_AUTO_TEST_CASE(close_over_unread_bytes_resets_as_a_kernel_does) {
  Wire wire;
  wire.peer.send("unread");
  wire.transport->close();
  wire.loop.run_ready();
  wire.sink.expect({"closed 0"});
  BOOST_TEST(wire.peer.was_reset());
}

BOOST_AUTO_TEST_CASE(bytes_for_a_closed_transport_are_answered_with_a_reset) {
  Wire wire;
  wire.transport->close();
  wire.loop.run_ready();
  BOOST_TEST(!wire.peer.was_reset());
  wire.peer.send("late");
  BOOST_TEST(wire.peer.was_reset());
}

BOOST_AUTO_TEST_CASE(a_peer_that_closes_ends_and_refuses_what_comes) {
  Wire wire;
  wire.peer.send("a");
  wire.peer.close();
  wire.loop.run_ready();
  wire.sink.expect({"bytes a", "end"});
  BOOST_TEST(wire.write("late") == 0U);
  wire.loop.run_ready();
  wire.sink.expect({"bytes a", "end", "closed " + std::to_string(EPIPE)});
}

BOOST_AUTO_TEST_CASE(a_peer_that_closes_over_unread_bytes_resets) {
  Wire wire;
  wire.write("unread");
  wire.peer.close();
  wire.loop.run_ready();
  wire.sink.expect({"closed " + std::to_string(ECONNRESET)});
}

BOOST_AUTO_TEST_CASE(a_reset_loses_what_is_under_way_on_both_sides) {
  Wire wire;
  wire.write("lost");
  wire.peer.send("lost");
  wire.peer.reset();
  wire.loop.run_ready();
  wire.sink.expect({"closed " + std::to_string(ECONNRESET)});
  BOOST_TEST(wire.peer.take() == "");
  BOOST_TEST(wire.write("late") == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_while_reading_is_paused_but_an_error) {
  Wire wire;
  wire.transport->pause_reading();
  wire.peer.send("a");
  wire.peer.end();
  wire.loop.run_ready();
  BOOST_TEST(wire.sink.told.empty());
  wire.transport->resume_reading();
  wire.loop.run_ready();
  wire.sink.expect({"bytes a", "end"});

  Wire other;
  other.transport->pause_reading();
  other.peer.reset();
  other.loop.run_ready();
  other.sink.expect({"closed " + std::to_string(ECONNRESET)});
}

BOOST_AUTO_TEST_CASE(a_released_transport_tells_nobody_and_is_closed) {
  Wire wire;
  wire.peer.send("a");
  wire.transport.reset();
  wire.loop.run_ready();
  BOOST_TEST(wire.sink.told.empty());
  BOOST_TEST(wire.peer.closed());
}

BOOST_AUTO_TEST_CASE(a_transport_may_be_released_in_each_call_of_its_sink) {
  for (const std::string at : {"bytes a", "end", "writable", "closed 0"}) {
    BOOST_TEST_CONTEXT(at) {
      Wire wire({.capacity = 4});
      wire.sink.on_call = [&](const std::string& call) {
        if (call == at) wire.transport.reset();
      };
      wire.write("12345678");
      wire.peer.send("a");
      wire.loop.run_ready();
      wire.peer.take();
      wire.loop.run_ready();
      wire.peer.end();
      wire.loop.run_ready();
      if (wire.transport != nullptr) wire.transport->close();
      wire.loop.run_ready();
      BOOST_TEST(wire.transport == nullptr);
      BOOST_TEST(wire.sink.told.back() == at);
      BOOST_TEST(wire.peer.closed());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_default_peer_is_only_a_place_for_one) {
  Peer peer;
  Wire wire;
  peer = wire.peer;
  peer.send("a");
  wire.loop.run_ready();
  wire.sink.expect({"bytes a"});
}

BOOST_AUTO_TEST_SUITE_END()
