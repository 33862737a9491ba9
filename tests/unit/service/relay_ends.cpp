// How a relayed pair ends: half-close each way, resets, drains, and a fault at every step.
#include <boost/test/unit_test.hpp>
#include <cerrno>

#include "unit/service/relay_case.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(relay_ends)

BOOST_FIXTURE_TEST_CASE(the_client_may_end_first_and_still_get_its_answer, RelayCase) {
  serve({one.endpoint});
  Peer peer = dial();
  peer.send("request");
  peer.end();
  loop.run_ready();
  UpstreamConnection& upstream = one.last();
  BOOST_TEST(upstream.got == "request");
  BOOST_TEST(upstream.ended);
  upstream.send("answer");
  loop.run_ready();
  BOOST_TEST(peer.take() == "answer");
  BOOST_TEST(ends() == 0U);
  upstream.finish();
  loop.run_ready();
  BOOST_TEST(peer.ended());
  BOOST_TEST(!peer.was_reset());
  BOOST_TEST(ended(CloseReason::peer_ended) == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_upstream_may_end_first_and_still_get_the_rest, RelayCase) {
  serve({one.endpoint});
  Peer peer = dial();
  send(peer, "a");
  UpstreamConnection& upstream = one.last();
  upstream.send("answer");
  upstream.finish();
  loop.run_ready();
  BOOST_TEST(peer.take() == "answer");
  BOOST_TEST(peer.ended());
  send(peer, "b");
  BOOST_TEST(upstream.got == "ab");
  peer.end();
  loop.run_ready();
  BOOST_TEST(upstream.ended);
  BOOST_TEST(ended(CloseReason::peer_ended) == 1U);
}

BOOST_AUTO_TEST_CASE(an_end_comes_behind_all_that_was_sent_before_it) {
  RelayCase test({.max_write = 10, .capacity = 50});
  test.serve({test.one.endpoint});
  Peer peer = test.dial();
  UpstreamConnection& upstream = test.one.last();
  upstream.send(std::string(3000, 'x'));
  upstream.finish();
  peer.send("request");
  peer.end();
  std::string back;
  for (int i = 0; i < 100; ++i) {
    test.loop.run_ready();
    back += peer.take(40);
  }
  test.loop.run_ready();
  back += peer.take();
  BOOST_TEST(back.size() == 3000U);
  BOOST_TEST(peer.ended());
  BOOST_TEST(upstream.got == "request");
  BOOST_TEST(test.ended(CloseReason::peer_ended) == 1U);
}

BOOST_AUTO_TEST_CASE(when_the_upstream_breaks_the_client_gets_what_came_from_it) {
  RelayCase test({.capacity = 50});
  test.serve({test.one.endpoint});
  Peer peer = test.dial();
  test.send(peer, "request");
  UpstreamConnection& upstream = test.one.last();
  upstream.send(std::string(300, 'x'));
  for (int i = 0; i < 3; ++i) test.loop.run_ready();
  const std::size_t came = test.server.stats().bytes_out;
  BOOST_TEST(came > 50U);
  upstream.transport.reset();  // over "unsent" bytes: some are lost, as they would be
  std::string back;
  for (int i = 0; i < 20; ++i) {
    test.loop.run_ready();
    back += peer.take();
  }
  BOOST_TEST(back.size() >= came);
  BOOST_TEST(peer.ended());
  BOOST_TEST(!peer.was_reset());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_breaks_ends_its_upstream, RelayCase) {
  serve({one.endpoint}, {.health_interval = 0s});
  Peer peer = dial();
  send(peer, "request");
  peer.reset();
  loop.run_ready();
  UpstreamConnection& upstream = one.last();
  BOOST_TEST(upstream.got == "request");
  BOOST_TEST(upstream.ended);
  BOOST_TEST(ends() == 0U);  // it may still say its last words, which nobody gets
  upstream.send("answer");
  loop.advance(3s);
  BOOST_TEST(ended(CloseReason::peer_reset) == 1U);
  BOOST_TEST(relay->stats().upstreams.front().active == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_upstream_that_breaks_after_the_client_has_ended_ends_the_pair,
                        RelayCase) {
  serve({one.endpoint}, {.health_interval = 0s});
  Peer peer = dial();
  peer.send("request");
  peer.end();
  loop.run_ready();
  UpstreamConnection& upstream = one.last();
  BOOST_TEST(upstream.ended);
  upstream.send("half an ans");
  loop.run_ready();
  upstream.transport->close();
  loop.run_ready();
  BOOST_TEST(peer.take() == "half an ans");
  BOOST_TEST(peer.ended());
  BOOST_TEST(!peer.was_reset());
  BOOST_TEST(ends() == 1U);
  BOOST_TEST(relay->stats().upstreams.front().active == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_breaks_after_the_upstream_has_ended_ends_the_pair,
                        RelayCase) {
  serve({one.endpoint}, {.health_interval = 0s});
  Peer peer = dial();
  send(peer, "request");
  UpstreamConnection& upstream = one.last();
  upstream.send("answer");
  upstream.finish();
  loop.run_ready();
  BOOST_TEST(peer.take() == "answer");
  BOOST_TEST(ends() == 0U);
  peer.reset();
  loop.advance(3s);
  BOOST_TEST(upstream.ended);
  BOOST_TEST(ended(CloseReason::peer_reset) == 1U);
  BOOST_TEST(relay->stats().upstreams.front().active == 0U);
}

BOOST_AUTO_TEST_CASE(a_fault_at_any_step_ends_the_pair_once_and_frees_its_places) {
  const auto play = [](RelayCase& test) {
    test.serve({test.one.endpoint}, {.attempts = 2, .pause = 1ms});
    Peer peer = test.dial();
    for (int i = 0; i < 3; ++i) {
      test.send(peer, "request");
      if (!test.one.connections.empty() && !test.one.last().closed) test.one.last().send("answer");
      test.loop.run_ready();
      static_cast<void>(peer.take());
    }
    peer.end();
    test.loop.run_ready();
    if (!test.one.connections.empty() && !test.one.last().closed) test.one.last().finish();
    test.loop.run_ready();
  };
  RelayCase without;
  play(without);
  const std::size_t steps = without.loop.steps();
  BOOST_TEST(steps > 10U);
  BOOST_TEST(without.ends() == 1U);
  for (std::size_t step = 1; step <= steps; ++step) {
    for (const int kind : {ECONNRESET, EPIPE, 0}) {
      Faults faults;
      if (kind != 0) faults.fail_at = step;
      if (kind != 0) faults.fail_with = kind;
      if (kind == 0) faults.vanish_at = step;
      RelayCase test(faults);
      play(test);
      test.loop.advance(600s);
      BOOST_TEST(test.ends() == 1U, "step " << step << " kind " << kind);
      BOOST_TEST(test.server.stats().active == 0U);
      BOOST_TEST(test.relay->stats().upstreams.front().active == 0U);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_drain_ends_what_carried_nothing_and_waits_for_the_rest, RelayCase) {
  serve({one.endpoint});
  const Peer idle = dial();
  Peer busy = dial();
  send(busy, "request");
  server.stop(10s);
  loop.run_ready();
  BOOST_TEST(idle.closed());
  BOOST_TEST(!busy.closed());
  one.last().send("answer");
  one.last().finish();
  loop.run_ready();
  BOOST_TEST(busy.take() == "answer");
  busy.end();
  loop.run_ready();
  BOOST_TEST(server.stopped());
  BOOST_TEST(server.wait().to_string() == "drained: 1 idle, 1 finished, 0 cut");
}

BOOST_FIXTURE_TEST_CASE(what_does_not_end_is_cut_at_the_end_of_the_drain, RelayCase) {
  serve({one.endpoint});
  Peer busy = dial();
  send(busy, "request");
  server.stop(10s);
  loop.advance(9s);
  BOOST_TEST(!busy.closed());
  loop.advance(2s);
  BOOST_TEST(busy.closed());
  BOOST_TEST(server.wait().to_string() == "drained: 0 idle, 0 finished, 1 cut");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_comes_with_the_drain_is_served, RelayCase) {
  serve({one.endpoint});
  Peer peer = loop.dial(front);
  peer.send("request");
  server.stop(10s);
  loop.run_ready();
  BOOST_TEST(one.last().got == "request");
  one.last().send("answer");
  loop.run_ready();
  BOOST_TEST(peer.take() == "answer");
}

namespace {

/// A pair that has carried a request, and its answer, and the server drains.
struct Answered : RelayCase {
  explicit Answered(RelayOptions options = {}) {
    options.health_interval = 0s;
    serve({one.endpoint}, std::move(options));
    peer = dial();
    send(peer, "request");
    upstream().send("answer");
    loop.run_ready();
    BOOST_TEST(peer.take() == "answer");
  }
  [[nodiscard]] UpstreamConnection& upstream() { return one.last(); }
  Peer peer;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_drain_ends_an_answered_pair_once_it_is_quiet, Answered) {
  server.stop(1h);
  loop.advance(900ms);
  BOOST_TEST(!upstream().ended);
  loop.advance(200ms);
  // The upstream is asked first, and may have something to say yet.
  BOOST_TEST(upstream().ended);
  BOOST_TEST(!peer.ended());
  upstream().send("last words");
  upstream().finish();
  loop.run_ready();
  BOOST_TEST(peer.take() == "last words");
  BOOST_TEST(peer.ended());
  peer.end();
  loop.run_ready();
  BOOST_TEST(!peer.was_reset());
  BOOST_TEST(server.stopped());
  BOOST_TEST(ended(CloseReason::drained) == 1U);
  BOOST_TEST(server.wait().to_string() == "drained: 0 idle, 1 finished, 0 cut");
}

BOOST_FIXTURE_TEST_CASE(what_was_quiet_before_the_drain_ends_at_its_beginning, Answered) {
  loop.advance(5s);
  server.stop(1h);
  loop.run_ready();
  loop.advance(1ms);
  BOOST_TEST(upstream().ended);
}

BOOST_FIXTURE_TEST_CASE(a_drain_does_not_end_a_pair_that_waits_for_an_answer, Answered) {
  server.stop(1h);
  loop.advance(500ms);
  send(peer, "another");
  loop.advance(100s);
  BOOST_TEST(!upstream().ended);
  upstream().send("a part");
  loop.advance(900ms);
  upstream().send("and the rest");
  loop.advance(900ms);
  BOOST_TEST(!upstream().ended);
  BOOST_TEST(peer.take() == "a partand the rest");
  loop.advance(200ms);
  BOOST_TEST(upstream().ended);
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_a_client_that_has_not_taken_its_answer) {
  RelayCase test({.capacity = 1000});
  test.serve({test.one.endpoint}, {.health_interval = 0s});
  Peer peer = test.dial();
  test.send(peer, "request");
  test.one.last().send(std::string(5000, 'x'));
  test.loop.run_ready();
  test.server.stop(1h);
  test.loop.advance(10s);
  BOOST_TEST(!test.one.last().ended);
  std::string got;
  for (int i = 0; i < 10; ++i) {
    got += peer.take();
    test.loop.run_ready();
  }
  BOOST_TEST(got.size() == 5000U);
  test.loop.advance(2s);
  BOOST_TEST(test.one.last().ended);
}

BOOST_FIXTURE_TEST_CASE(who_speaks_to_a_pair_that_leaves_is_not_reset, Answered) {
  server.stop(1h);
  loop.advance(2s);
  send(peer, "too late");
  BOOST_TEST(upstream().got == "request");
  upstream().finish();
  loop.run_ready();
  send(peer, "too late as well");
  BOOST_TEST(peer.ended());
  BOOST_TEST(!peer.was_reset());
  loop.advance(3s);
  BOOST_TEST(server.stopped());
  BOOST_TEST(ended(CloseReason::drained) == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_upstream_that_breaks_when_it_is_left_is_no_failure, Answered) {
  server.stop(1h);
  loop.advance(2s);
  upstream().transport.reset();
  loop.run_ready();
  BOOST_TEST(peer.ended());
  peer.end();
  loop.run_ready();
  BOOST_TEST(ended(CloseReason::drained) == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_quiet_time_a_drain_waits_for_the_ends) {
  Answered test({.drain_quiet = 0s});
  test.server.stop(1h);
  test.loop.advance(200s);
  BOOST_TEST(!test.upstream().ended);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_comes_with_the_drain_and_says_nothing_is_sent_away,
                        RelayCase) {
  serve({one.endpoint}, {.health_interval = 0s});
  const Peer peer = loop.dial(front);
  server.stop(1h);
  loop.advance(2s);
  BOOST_TEST(peer.closed());
  BOOST_TEST(server.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
