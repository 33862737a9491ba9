// Each fault of the script does what its line says, and no more.
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string>

#include "unit/testing/recorder.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(a_step_is_a_read_that_finds_something_a_write_or_a_half_close) {
  Wire wire;
  wire.loop.run_ready();
  BOOST_TEST(wire.loop.steps() == 0U);
  wire.peer.send("a");
  wire.loop.run_ready();
  BOOST_TEST(wire.loop.steps() == 1U);
  wire.write("b");
  BOOST_TEST(wire.loop.steps() == 2U);
  wire.transport->shutdown_write();
  BOOST_TEST(wire.loop.steps() == 3U);
  wire.peer.end();
  wire.loop.run_ready();
  BOOST_TEST(wire.loop.steps() == 4U);
  wire.transport->close();
  wire.loop.run_ready();
  BOOST_TEST(wire.loop.steps() == 4U);
}

BOOST_AUTO_TEST_CASE(max_read_cuts_what_comes) {
  Wire wire({.max_read = 2});
  wire.peer.send("abcde");
  wire.loop.run_ready();
  wire.sink.expect({"bytes ab", "bytes cd", "bytes e"});
}

BOOST_AUTO_TEST_CASE(max_write_cuts_what_goes_and_tells_when_more_may) {
  Wire wire({.max_write = 2});
  BOOST_TEST(wire.write("abcde") == 2U);
  BOOST_TEST(wire.sink.told.empty());
  wire.loop.run_ready();
  wire.sink.expect({"writable"});
  BOOST_TEST(wire.write("cde") == 2U);
  wire.loop.run_ready();
  BOOST_TEST(wire.write("e") == 1U);
  wire.loop.run_ready();
  wire.sink.expect({"writable", "writable"});  // none after a write that was not short
  BOOST_TEST(wire.peer.take() == "abcde");
}

BOOST_AUTO_TEST_CASE(a_write_beyond_the_capacity_is_short_until_the_peer_reads) {
  Wire wire({.capacity = 3});
  BOOST_TEST(wire.write("abcde") == 3U);
  BOOST_TEST(wire.write("de") == 0U);
  wire.loop.run_ready();
  BOOST_TEST(wire.sink.told.empty());
  BOOST_TEST(wire.peer.take(1) == "a");
  wire.loop.run_ready();
  wire.sink.expect({"writable"});
  BOOST_TEST(wire.write("de") == 1U);
}

BOOST_AUTO_TEST_CASE(a_read_that_fails_ends_the_transport_with_its_errno) {
  Wire wire({.fail_at = 2, .fail_with = ENOBUFS});
  wire.peer.send("a");
  wire.loop.run_ready();
  wire.peer.send("b");
  wire.loop.run_ready();
  wire.sink.expect({"bytes a", "closed " + std::to_string(ENOBUFS)});
  BOOST_TEST(wire.peer.closed());
  BOOST_TEST(wire.peer.was_reset());
}

BOOST_AUTO_TEST_CASE(a_write_that_fails_takes_nothing_and_is_told_later) {
  Wire wire({.fail_at = 1, .fail_with = EPIPE});
  BOOST_TEST(wire.write("a") == 0U);
  BOOST_TEST(wire.write("b") == 0U);
  BOOST_TEST(wire.loop.steps() == 1U);  // there is no second write to a broken transport
  BOOST_TEST(wire.sink.told.empty());
  wire.loop.run_ready();
  wire.sink.expect({"closed " + std::to_string(EPIPE)});
  BOOST_TEST(wire.peer.take() == "");
}

BOOST_AUTO_TEST_CASE(a_half_close_that_fails_ends_the_transport) {
  Wire wire({.fail_at = 1});
  wire.transport->shutdown_write();
  wire.loop.run_ready();
  wire.sink.expect({"closed " + std::to_string(ECONNRESET)});
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanishes_takes_and_sends_nothing_and_nobody_is_told) {
  // The vanishing step is a read, a write, a half-close.
  for (int kind = 0; kind < 3; ++kind) {
    BOOST_TEST_CONTEXT("step of kind " << kind) {
      Wire wire({.vanish_at = 1});
      if (kind == 0) wire.peer.send("a");
      wire.loop.run_ready();
      if (kind == 1) BOOST_TEST(wire.write("b") == 0U);
      if (kind == 2) wire.transport->shutdown_write();
      wire.peer.send("more");
      wire.peer.end();
      wire.peer.take();
      wire.loop.advance(std::chrono::hours(1));
      BOOST_TEST(wire.sink.told.empty());
      BOOST_TEST(!wire.peer.ended());
      if (kind != 2) BOOST_TEST(wire.write("c") == 0U);
      wire.transport->close();
      wire.loop.run_ready();
      wire.sink.expect({"closed 0"});
    }
  }
}

BOOST_AUTO_TEST_CASE(a_fault_hits_one_transport_and_no_other) {
  testing::MemoryLoop loop({.fail_at = 1});
  auto [one, peer_of_one] = loop.transport_and_peer();
  auto [two, peer_of_two] = loop.transport_and_peer();
  Recorder first;
  Recorder second;
  one->start(first);
  two->start(second);
  peer_of_one.send("a");
  peer_of_two.send("b");
  loop.run_ready();
  first.expect({"closed " + std::to_string(ECONNRESET)});
  second.expect({"bytes b"});
}

BOOST_AUTO_TEST_CASE(the_script_may_change_on_the_way) {
  Wire wire;
  wire.peer.send("ab");
  wire.loop.run_ready();
  wire.loop.set_faults({.max_read = 1});
  BOOST_TEST(wire.loop.faults().max_read == 1U);
  wire.peer.send("cd");
  wire.loop.run_ready();
  wire.sink.expect({"bytes ab", "bytes c", "bytes d"});
}

BOOST_AUTO_TEST_SUITE_END()
