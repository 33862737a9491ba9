#include "weir/routing/concurrency.hpp"

#include <optional>
#include <thread>

#include "unit/routing/router_bench.hpp"
#include "weir/routing/deadline.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Limited : RouterBench {
  /// Requests "x <name>" go through `limit` and wait for the test.
  void begin(std::size_t most, std::size_t queue) {
    limit = concurrency(most, {.queue = queue});
    router.use(limit);
    router.on("x", [this](std::string_view text, Responder responder) {
      began.emplace_back(text);
      out.push_back(std::move(responder));
    });
  }
  Peer ask_x(std::string_view name) {
    Peer peer = dial();
    bench.say(peer, "x " + std::string(name) + "\n");
    return peer;
  }
  void check(std::size_t running, std::size_t waiting, std::uint64_t refused) const {
    BOOST_TEST(limit->running() == running);
    BOOST_TEST(limit->waiting() == waiting);
    BOOST_TEST(limit->refused() == refused);
  }
  void answer(std::size_t which) {
    out[which].reply("done");
    bench.run();
  }

  std::shared_ptr<Concurrency> limit;
  std::vector<std::string> began;
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrency_)

BOOST_FIXTURE_TEST_CASE(more_wait_in_order_and_beyond_the_queue_they_are_refused, Limited) {
  begin(2, 2);
  Peer a = ask_x("a");
  Peer b = ask_x("b");
  Peer c = ask_x("c");
  Peer d = ask_x("d");
  check(2, 2, 0);
  BOOST_TEST(ask("x e\n") == "error: overloaded\n");
  check(2, 2, 1);
  BOOST_TEST(began == (Names{"a", "b"}));
  answer(1);
  BOOST_TEST(b.take() == "done\n");
  BOOST_TEST(began == (Names{"a", "b", "c"}));
  answer(0);
  BOOST_TEST(began == (Names{"a", "b", "c", "d"}));
  check(2, 0, 1);
  answer(2);
  answer(3);
  BOOST_TEST(c.take() + d.take() == "done\ndone\n");
  check(0, 0, 1);
}

BOOST_FIXTURE_TEST_CASE(without_a_queue_all_beyond_the_limit_are_refused, Limited) {
  begin(1, 0);
  Peer a = ask_x("a");
  BOOST_TEST(ask("x b\n") == "error: overloaded\n");
  answer(0);
  Peer c = ask_x("c");
  check(1, 0, 1);
}

BOOST_FIXTURE_TEST_CASE(a_slot_comes_back_however_a_request_ends, Limited) {
  begin(1, 0);
  router.on("answers", [] { return "yes"; });
  router.on("throws", [] { throw std::runtime_error("no"); });
  router.on("drops", [](Responder responder) { responder.drop(); });
  router.on("says nothing", [](std::string_view) {});
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(ask("answers\nthrows\ndrops\nnone\n") ==
               "yes\nerror: internal error\nerror: unanswered\nerror: not found\n");
  }
  Peer gone = ask_x("a");
  gone.reset();
  bench.run();
  Peer late = ask_x("b");
  bench.advance(30s);
  BOOST_TEST(late.take() == "error: timed out\n");
  check(0, 0, 0);
}

BOOST_FIXTURE_TEST_CASE(who_waits_until_its_deadline_leaves_its_place_to_another, Limited) {
  router.use(deadline(3s));
  begin(1, 2);
  Peer a = ask_x("a");
  bench.advance(1s);
  Peer b = ask_x("b");
  bench.advance(1s);
  Peer c = ask_x("c");
  check(1, 2, 0);
  out[0].reply("done");
  bench.run();
  bench.advance(500ms);
  Peer d = ask_x("d");
  check(1, 2, 0);
  bench.advance(1500ms);  // b runs and c waits
  BOOST_TEST(a.take() + b.take() + c.take() == "done\nerror: timed out\n");
  BOOST_TEST(began == (Names{"a", "b", "c"}));
  bench.advance(1s);
  BOOST_TEST(c.take() == "error: timed out\n");
  BOOST_TEST(began == (Names{"a", "b", "c", "d"}));
  check(1, 0, 0);
}

BOOST_FIXTURE_TEST_CASE(who_waits_and_is_out_of_time_never_runs, Limited) {
  router.use(deadline(3s));
  begin(1, 2);
  Peer a = ask_x("a");
  bench.advance(1s);
  Peer b = ask_x("b");
  Peer c = ask_x("c");
  b.reset();
  bench.run();
  check(1, 1, 0);
  Peer d = ask_x("d");
  check(1, 2, 0);
  answer(0);
  BOOST_TEST(began == (Names{"a", "c"}));
  out.clear();
  bench.run();
  BOOST_TEST(c.take() == "error: unanswered\n");
  bench.advance(3s);
  BOOST_TEST(d.take() == "error: timed out\n");
  check(0, 0, 0);
}

BOOST_FIXTURE_TEST_CASE(the_payload_of_who_waits_is_kept, Limited) {
  begin(1, 2);
  Peer a = ask_x("a");
  Peer b = ask_x("a payload that is longer than what a string keeps inside");
  Peer c = ask_x("c");
  answer(0);
  answer(1);
  BOOST_TEST(began[1] == "a payload that is longer than what a string keeps inside");
}

BOOST_FIXTURE_TEST_CASE(one_object_around_two_routes_is_one_limit, RouterBench) {
  const auto limit = concurrency(1);
  on_later("x", limit);
  on_later("y", limit);
  Peer a = dial();
  Peer b = dial();
  bench.say(a, "x\n");
  bench.say(b, "y\n");
  BOOST_TEST(out.size() == 1U);
  out[0].reply("x");
  bench.run();
  BOOST_TEST(out.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_long_queue_of_quick_requests_needs_no_deep_stack, Limited) {
  begin(1, 2000);
  router.on("quick", [] { return "quick"; });
  Peer a = ask_x("a");
  std::vector<Peer> peers;
  for (int i = 0; i < 2000; ++i) {
    peers.push_back(dial());
    bench.say(peers.back(), "quick\n");
  }
  check(1, 2000, 0);
  answer(0);
  for (Peer& peer : peers) BOOST_REQUIRE(peer.take() == "quick\n");
  check(0, 0, 0);
}

BOOST_FIXTURE_TEST_CASE(who_waits_on_another_loop_goes_on_there, Limited) {
  begin(1, 2);
  Peer a = ask_x("a");
  Bench other;
  other.serve(lines(), routed(router));
  Peer b = other.dial();
  other.say(b, "x b\n");
  check(1, 1, 0);
  answer(0);
  check(1, 0, 0);
  BOOST_TEST(began == Names{"a"});
  other.run();
  BOOST_TEST(began == (Names{"a", "b"}));
  out[1].reply("over there");
  other.run();
  BOOST_TEST(b.take() == "over there\n");
  check(0, 0, 0);
}

BOOST_FIXTURE_TEST_CASE(a_slot_on_its_way_to_a_request_or_a_loop_that_is_gone_is_not_lost,
                        Limited) {
  std::vector<Responder> asked;
  router.use([&](Context& context, Next next) {
    asked.emplace_back(context);
    next(context);
  });
  begin(1, 3);
  Peer a = ask_x("a");
  {
    Bench other;
    other.serve(lines(), routed(router));
    Peer b = other.dial();
    Peer c = other.dial();
    other.say(b, "x b\n");
    other.say(c, "x c\n");
    answer(0);
    check(1, 1, 0);
    BOOST_TEST(asked[1].fail({.kind = FailureKind::timed_out}));
    other.run();  // b's turn was on its way: now it is c's
    BOOST_TEST(b.take() == "error: timed out\n");
    BOOST_TEST(began == (Names{"a", "c"}));
    Peer d = other.dial();
    other.say(d, "x d\n");
    out[1].reply("done");
    check(1, 0, 0);  // d's turn is on its way
    other.run();
    BOOST_TEST(began == (Names{"a", "c", "d"}));
    Peer e = other.dial();
    other.say(e, "x e\n");
    check(1, 1, 0);
    Peer f = ask_x("f");
    out[2].reply("done");
  }
  bench.run();
  BOOST_TEST(began.back() == "f");
  check(1, 0, 0);
  answer(out.size() - 1);
  check(0, 0, 0);
}

BOOST_FIXTURE_TEST_CASE(a_limit_that_lets_nothing_pass_is_refused, RouterBench) {
  BOOST_TEST(mistake_of([] { static_cast<void>(concurrency(0)); }) ==
             "concurrency: a limit of 0 lets nothing pass");
  BOOST_TEST(mistake_of([] { static_cast<void>(concurrency(std::size_t{1} << 32U)); }) ==
             "concurrency: more than 2^31 requests");
  BOOST_TEST(mistake_of([] {
               static_cast<void>(concurrency(1, {.queue = std::size_t{1} << 32U}));
             }) == "concurrency: more than 2^31 requests");
}

BOOST_AUTO_TEST_SUITE_END()
