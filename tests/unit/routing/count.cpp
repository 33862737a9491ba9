#include "weir/routing/count.hpp"

#include <algorithm>

#include "unit/routing/router_bench.hpp"
#include "weir/routing/concurrency.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Counted : RouterBench {
  Counted() { router.use(counted); }
  /// Of the route of this name; nothing where there is none.
  RouteStats of(std::string_view name) const {
    for (RouteStats& stats : counted->stats()) {
      if (stats.route == name) return std::move(stats);
    }
    return {};
  }
  std::shared_ptr<Count> counted = count();
};

void check_near(Duration is, Duration wanted) {
  BOOST_TEST(std::abs((is - wanted).count()) <= wanted.count() * 32 / 1000);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(count_)

BOOST_FIXTURE_TEST_CASE(calls_and_failures_are_counted_by_route_and_kind, Counted) {
  router.on("ok", [] { return "ok"; });
  router.on("boom", [] { throw std::runtime_error("boom"); });
  router.on("no", [] { throw Refusal("no"); });
  router.on("idle", [] {});
  ask("ok\nok\nboom\nno\nno\nwho\n");
  BOOST_TEST(of("ok").calls == 2U);
  BOOST_TEST(of("boom").calls == 1U);
  BOOST_TEST(of("boom").failed(FailureKind::failed) == 1U);
  BOOST_TEST(of("no").failed(FailureKind::refused) == 2U);
  BOOST_TEST(of("*").failed(FailureKind::not_found) == 1U);
  std::vector<std::string> names;
  for (const RouteStats& stats : counted->stats()) names.push_back(stats.route);
  BOOST_TEST(names == (std::vector<std::string>{"*", "boom", "no", "ok"}));
}

BOOST_FIXTURE_TEST_CASE(what_is_out_is_in_flight_until_it_is_settled, Counted) {
  on_later("x");
  Peer first = dial();
  Peer second = dial();
  bench.say(first, "x\n");
  bench.say(second, "x\n");
  BOOST_TEST(of("x").in_flight == 2U);
  BOOST_TEST(of("x").calls == 0U);
  out[0].reply("x");
  second.reset();
  bench.run();
  BOOST_TEST(of("x").in_flight == 0U);
  BOOST_TEST(of("x").calls == 2U);
  BOOST_TEST(of("x").failed(FailureKind::unanswered) == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_time_taken_is_known_to_three_percent, Counted) {
  on_later("x");
  Peer peer = dial();
  for (const Duration taken : {Duration(1ms), Duration(2ms), Duration(3ms), Duration(10s)}) {
    bench.say(peer, "x\n");
    bench.advance(taken);
    out.back().reply("x");
    bench.run();
  }
  const Histogram time = of("x").time;
  BOOST_TEST(time.count() == 4U);
  check_near(time.quantile(0), 1ms);
  check_near(time.quantile(0.25), 1ms);
  check_near(time.quantile(0.5), 2ms);
  check_near(time.quantile(0.75), 3ms);
  check_near(time.quantile(1), 10s);
}

BOOST_FIXTURE_TEST_CASE(what_waited_in_the_same_read_began_when_the_one_before_was_settled,
                        Counted) {
  router.on("slow", [this](const Responder& responder) {
    responder.reply("");
    bench.loop.take_time(1s);
  });
  router.on("quick", [] { return ""; });
  ask("slow\nquick\n");
  check_near(of("quick").time.quantile(1), 1s);
}

BOOST_FIXTURE_TEST_CASE(what_comes_in_another_read_begins_anew, Counted) {
  router.on("slow", [this](const Responder& responder) {
    responder.reply("");
    bench.loop.take_time(1s);
  });
  router.on("quick", [] { return ""; });
  Peer peer = dial();
  bench.say(peer, "slow\n");
  bench.say(peer, "quick\n");
  BOOST_TEST(of("quick").time.count() == 1U);
  BOOST_TEST((of("quick").time.quantile(1) < 1us));
}

BOOST_FIXTURE_TEST_CASE(waiting_in_a_queue_inside_counts_as_time_taken, Counted) {
  on_later("x", concurrency(1));
  Peer first = dial();
  Peer second = dial();
  bench.say(first, "x\n");
  bench.say(second, "x\n");
  bench.advance(1s);
  out[0].reply("x");
  bench.run();
  bench.advance(1s);
  out[1].reply("x");
  bench.run();
  check_near(of("x").time.quantile(1), 2s);
}

BOOST_FIXTURE_TEST_CASE(a_removed_route_stays_until_its_place_is_taken, Counted) {
  const auto nothing = [] { return ""; };
  on_later("old");
  Peer peer = dial();
  bench.say(peer, "old\n");
  Peer other = dial();
  bench.say(other, "old\n");
  out[1].reply("");
  bench.run();
  router.remove("old");
  BOOST_TEST(of("old").calls == 1U);
  router.on("new", nothing);
  ask("new\nnew\n");
  BOOST_TEST(of("old").calls == 0U);
  BOOST_TEST(of("new").calls == 2U);
  BOOST_TEST(counted->stats().back().route == "(removed)");
  BOOST_TEST(of("(removed)").calls == 1U);
  BOOST_TEST(of("(removed)").in_flight == 1U);
  out[0].reply("late");
  bench.run();
  BOOST_TEST(of("(removed)").calls == 2U);
  BOOST_TEST(of("(removed)").in_flight == 0U);
  for (int i = 0; i < 100; ++i) {
    const std::string name = std::to_string(i);
    router.remove(i == 0 ? "new" : std::to_string(i - 1));
    router.on(name, nothing);
    ask(name + "\n");
  }
  BOOST_TEST(of("(removed)").calls == 2U + 2U + 99U);
  BOOST_TEST(counted->stats().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_is_out_of_a_removed_route_is_listed, Counted) {
  on_later("old");
  Peer peer = dial();
  bench.say(peer, "old\n");
  router.remove("old");
  router.on("new", [] { return ""; });
  ask("new\n");
  BOOST_TEST(of("(removed)").calls == 0U);
  BOOST_TEST(of("(removed)").in_flight == 1U);
}

BOOST_FIXTURE_TEST_CASE(who_waited_while_its_route_was_replaced_counts_as_removed, RouterBench) {
  const auto counted = count();
  on_later("old", concurrency(1), counted);
  Peer first = dial();
  Peer second = dial();
  bench.say(first, "old\n");
  bench.say(second, "old\n");
  router.remove("old");
  router.on(
      "new", [] { return ""; }, counted);
  ask("new\n");
  out[0].reply("");
  bench.run();
  out[1].reply("");
  bench.run();
  ask("new\n");
  const std::vector<RouteStats> stats = counted->stats();
  BOOST_REQUIRE(stats.size() == 2U);
  BOOST_TEST(stats[0].route == "new");
  BOOST_TEST(stats[0].calls == 2U);
  BOOST_TEST(stats[1].route == "(removed)");
  BOOST_TEST(stats[1].calls == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_loops_that_are_gone_counted_of_removed_routes_is_kept, Counted) {
  {
    Bench other;
    other.serve(lines(), routed(router));
    Peer peer = other.dial();
    for (int i = 0; i < 3; ++i) {
      on_later("old");  // the last is still out when the loop goes
      other.say(peer, "old\n");
      if (i < 2) out.back().reply("");
      router.remove("old");
      router.on("new", [] { return ""; });
      Peer another = other.dial();
      other.say(another, "new\n");
      router.remove("new");
    }
  }
  router.on("after", [] { return ""; });
  ask("after\n");  // with another loop, what is gone is summed up
  BOOST_TEST(of("(removed)").calls == 3U + 2U);
  BOOST_TEST(of("(removed)").in_flight == 0U);
  BOOST_TEST(of("new").calls == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_layer_that_comes_later_does_not_begin_the_figures_anew, Counted) {
  on_later("x");
  Peer peer = dial();
  bench.say(peer, "x\n");
  router.use([](Context& context, Next next) { next(context); });
  Peer other = dial();
  bench.say(other, "x\n");
  for (const Responder& responder : out) responder.reply("x");
  bench.run();
  BOOST_TEST(of("x").calls == 2U);
  BOOST_TEST(of("x").in_flight == 0U);
  BOOST_TEST(counted->stats().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_loops_counted_that_are_gone_is_kept, Counted) {
  router.on("x", [] { return "x"; });
  for (int i = 0; i < 3; ++i) {
    Bench other;
    other.serve(lines(), routed(router));
    Peer peer = other.dial();
    other.say(peer, "x\nx\n");
  }
  ask("x\n");
  BOOST_TEST(of("x").calls == 7U);
  BOOST_TEST(of("x").time.count() == 7U);
}

BOOST_AUTO_TEST_SUITE_END()
