// Clients that wait for an element and go, or are ended: who waits is no more, and gets nothing.
#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

namespace {

/// The element that another one pushes is still there.
void check_nobody_waits(Bench& kv) {
  BOOST_TEST(kv.say("RPUSH l x") == "1");
  BOOST_TEST(kv.say("LRANGE l 0 -1") == "[\"x\"]");
  BOOST_TEST(kv.say("INFO clients").find("blocked_clients:0") != std::string::npos);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_blocking)

BOOST_AUTO_TEST_CASE(who_waited_and_went_gets_nothing) {
  for (const std::string_view said : {"BLPOP l 0\r\n", "BLPOP l 0\r\nPING\r\nSET k v\r\n"}) {
    for (const bool in_two : {false, true}) {
      Bench kv;
      auto peer = kv.dial();
      BOOST_TEST(kv.send_raw(peer, said) == "");
      if (in_two) BOOST_TEST(kv.send_raw(peer, "GET k\r\n") == "");
      peer.end();
      kv.loop.run_ready();
      check_nobody_waits(kv);
      BOOST_TEST(kv.say("GET k") == "nil");  // what stood behind it was not done either
    }
  }
}

BOOST_AUTO_TEST_CASE(who_was_killed_while_waiting_gets_nothing) {
  Bench kv;
  auto peer = kv.dial();
  BOOST_TEST(kv.send_raw(peer, "BLPOP l 0\r\nPING\r\n") == "");
  BOOST_TEST(kv.say("CLIENT KILL ID 2") == "1");
  kv.loop.run_ready();
  check_nobody_waits(kv);
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_who_waits) {
  Bench kv;
  auto waiting = kv.dial();
  auto behind = kv.dial();
  BOOST_TEST(kv.send_raw(waiting, "PING\r\nBLPOP l 0\r\n") == "+PONG\r\n");
  BOOST_TEST(kv.send_raw(behind, "BLPOP l 0\r\nPING\r\n") == "");
  kv.server.stop(10s);
  kv.loop.run_ready();
  BOOST_TEST(waiting.closed());
  BOOST_TEST(behind.closed());
  BOOST_TEST(kv.server.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
