// What users of peers trip over, as far as it is a connection's or a server's, and the test that
// shows the default that spares ours. "elsewhere" is where a system is needed: tests/backend and
// tests/integration.
//
//   two writes at once interleave            traps/messages_from_everywhere_never_interleave
//   a slow reader eats the memory            flow/a_peer_that_does_not_read_is_not_read_from_...
//                                            output/one_byte_in_and_100_kib_out_a_thousand_times_...
//   the limit is crossed, sends go on        flow/more_than_may_wait_ends_the_connection_once_...
//   the log floods at the limit              flow/a_thousand_slow_consumers_are_one_line_in_the_log
//   receiving cannot be paused               input/a_pause_*, deadlines/while_a_handler_is_out_...
//   socket destroyed under an operation      peer/a_transport_may_be_released_in_each_call_...
//                                            (unit.testing), and elsewhere
//   client destroyed before its callbacks    session_handle/it_may_outlive_the_server_and_the_loop
//   a reply after the peer went              session_handle/after_the_end_every_call_is_a_no_op_...
//   the server cannot be stopped             stopping/* (unit.service); by a signal elsewhere
//   quitting crashes                         stopping/a_thousand_starts_and_stops_leave_nothing_...
//   "graceful" closes at once, or never      stopping/idle_ends_now_busy_finishes_and_the_rest_...
//   EMFILE, SIGPIPE, select() past 1023      elsewhere
//   EPIPE ignored, sending goes on           faults/a_write_that_fails_in_the_middle_of_a_batch_...
//   half-close loses the reply               half_close/a_peer_that_ends_after_its_frames_gets_...
//                                            half_close/a_slow_peer_that_has_ended_still_gets_...
//   a timeout that is none                   deadlines/*, options/the_defaults_are_those_of_...
//   the idle timer kills valid work          deadlines/what_waits_for_a_slow_peer_is_not_idle
//                                            deadlines/a_handler_that_is_out_is_not_idle_nor_is_...
//   threads race on a connection             session_handle/connections_that_end_while_other_...
//   "frame of 1195725860 bytes" failures/a_frame_too_large_is_refused_at_its_length_... a handler's
//   captures die                 traps/what_a_handler_owns_lives_as_long_as_its_server handler
//   exceptions vanish                failures/a_handler_that_throws_ends_the_connection_... the end
//   of a stream is no error          half_close/an_end_at_every_byte_is_truncated_or_... failing to
//   bind ends the process         listening/an_address_in_use_is_an_error_... (service)
//
// Not here because nothing in the framework is yet: a watchdog for a blocked loop, lookups with a
// deadline, reconnecting, TLS.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(traps)

BOOST_AUTO_TEST_CASE(messages_from_everywhere_never_interleave) {
  ServerOptions options;
  options.flow.high_watermark = 500;
  options.flow.low_watermark = 100;
  Bench bench(options, {.max_read = 3, .max_write = 7, .capacity = 64});
  std::vector<Session> all;
  const auto from = [](char place) { return std::string(40, place); };
  bench.serve(lines(),
              [&](std::string_view line, Session& session) {
                session.send(from('h'));
                for (Session& each : all) each.send(from('b'));
                return std::string(40, line.front());
              },
              {.on_open =
                   [&](Session& session) {
                     all.push_back(session);
                     session.send(from('o'));
                   },
               .on_drained = [&](Session& session) { session.send(from('d')); }});
  std::vector<Peer> peers{bench.dial(), bench.dial()};
  for (int i = 0; i < 20; ++i) {
    bench.loop.run_after(i * 1ms, [&] { all.front().send(from('t')); });
    bench.loop.post([&] { all.back().send(from('p')); });
    for (Peer& peer : peers) peer.send("x\ny\n");
  }
  std::string got[2];
  for (int i = 0; i < 20'000; ++i) {
    if (i % 100 == 0) bench.advance(1ms);
    got[0] += peers[0].take(11);
    got[1] += peers[1].take(5);
    bench.run();
  }
  for (const std::string& bytes : got) {
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), 'x') == 20 * 40);
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), 'y') == 20 * 40);
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), 'b') == 80 * 40);
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), 'd') != 0);
    BOOST_REQUIRE(bytes.size() % 41 == 0U);
    for (const std::string& line : pieces_of(bytes, 41)) {
      BOOST_REQUIRE(line == std::string(40, line.front()) + "\n");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_handler_owns_lives_as_long_as_its_server) {
  auto owned = std::make_unique<std::string>("still here");
  auto shared = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = shared;
  {
    Bench bench;
    bench.serve(lines(), [text = std::move(owned), kept = std::move(shared)](std::string_view) {
      return std::string_view(*text);
    });
    Peer peer = bench.dial();
    BOOST_TEST(bench.say(peer, "a\n") == "still here\n");
    bench.server.stop();
    bench.run();
    BOOST_TEST(bench.server.stopped());
    BOOST_TEST(!watched.expired());
  }
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_SUITE_END()
