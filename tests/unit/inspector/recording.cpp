// What a server tells of its loops and connections: the flight recorder, places, lists.
#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "inspector/listing.hpp"
#include "inspector/reading.hpp"
#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"
#include "weir/routing/routed.hpp"
#include "weir/routing/router.hpp"
#include "weir/service/inspection.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// The connections of the bench's one loop.
std::vector<ConnectionInfo> list(Bench& bench, Inspection& server, std::size_t first = 0,
                                 std::size_t most = 100) {
  std::vector<ConnectionInfo> found;
  BOOST_REQUIRE(server.list(0, first, most, [&](auto told) { found = std::move(told); }));
  bench.run();
  return found;
}

const inspect::RouteReading& route_of(const inspect::Reading& reading, std::string_view name) {
  for (const auto& route : reading.routes) {
    if (route.name == name) return route;
  }
  throw std::runtime_error("no such route: " + std::string(name));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recording)

BOOST_AUTO_TEST_CASE(each_frame_of_a_read_is_recorded_and_answers_go_out_as_ever) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nbcd\n\nrest") == "a\nbcd\n\n");
  bench.advance(2s);
  const auto found = list(bench, server);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  const ConnectionInfo& info = found.front();
  BOOST_TEST(info.service == std::string(here));
  BOOST_TEST(info.frames == 3U);
  BOOST_TEST(info.bytes_in == 11U);  // what has come of the fourth is among them
  BOOST_TEST(info.bytes_out == 7U);
  BOOST_TEST((info.age == 2s));
  BOOST_TEST((info.quiet == 2s));
  BOOST_TEST(!info.ending);
  BOOST_REQUIRE_EQUAL(info.recent.size(), 3U);
  BOOST_TEST(info.recent[0].bytes_in == 2U);
  BOOST_TEST(info.recent[1].bytes_in == 4U);
  BOOST_TEST(info.recent[1].bytes_out == 4U);
  BOOST_TEST(info.recent[1].frames == 1U);
  BOOST_TEST(info.recent[2].bytes_in == 1U);
  BOOST_TEST(bench.say(peer, "\n") == "rest\n");
}

BOOST_AUTO_TEST_CASE(the_recorder_keeps_the_last_eight) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  for (std::size_t i = 1; i <= 20; ++i) bench.say(peer, std::string(i, 'x') + "\n");
  const auto found = list(bench, server);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(found[0].frames == 20U);
  BOOST_REQUIRE_EQUAL(found[0].recent.size(), FlightRecorder::size);
  BOOST_TEST(found[0].recent.front().bytes_in == 14U);
  BOOST_TEST(found[0].recent.back().bytes_in == 21U);
}

BOOST_AUTO_TEST_CASE(frames_without_an_answer_share_a_record_and_messages_sent_unasked_have_one) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  bench.serve(lines(), [](std::string_view) {});
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc\n") == "");
  BOOST_TEST((bench.session.send("hello") == SendResult::queued));
  BOOST_TEST(bench.take_all(peer) == "hello\n");
  const auto found = list(bench, server);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_REQUIRE_EQUAL(found[0].recent.size(), 2U);
  BOOST_TEST(found[0].recent[0].frames == 3U);
  BOOST_TEST(found[0].recent[0].bytes_in == 6U);
  BOOST_TEST(found[0].recent[1].frames == 0U);
  BOOST_TEST(found[0].recent[1].bytes_out == 6U);
}

BOOST_AUTO_TEST_CASE(a_handler_is_timed_under_its_listener_and_a_failure_counted) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  bench.serve(lines(), [&](std::string_view line) {
    if (line == "throw") throw std::runtime_error("no");
    bench.loop.take_time(30ms);
    return line;
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  Peer other = bench.dial();
  bench.say(other, "throw\n");
  const inspect::Reading reading = inspect::read(server);
  const auto& route = route_of(reading, here);
  BOOST_TEST(route.calls == 3U);
  BOOST_TEST(route.failed == 1U);
  BOOST_TEST(route.in_flight == 0U);
  BOOST_TEST(std::abs(route.seconds - 0.06) < 1e-6);
  BOOST_TEST(route.time.at_most(10ms) == 1U);
  BOOST_TEST(route.time.at_most(40ms) == 3U);
  BOOST_REQUIRE_EQUAL(reading.loops.size(), 1U);
  BOOST_TEST(reading.loops[0].place == "");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_answered_later_is_timed_until_then) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  Responder kept;
  bench.serve(lines(), [&](std::string_view, Responder responder) { kept = std::move(responder); });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  BOOST_TEST(route_of(inspect::read(server), here).in_flight == 1U);
  BOOST_TEST(list(bench, server).at(0).handlers_out == 1U);
  bench.advance(3s);
  BOOST_TEST(kept.reply("later"));
  BOOST_TEST(bench.take_all(peer) == "later\n");
  const inspect::Reading reading = inspect::read(server);
  BOOST_TEST(route_of(reading, here).in_flight == 0U);
  BOOST_TEST(route_of(reading, here).time.at_most(2s) == 0U);
  BOOST_TEST(route_of(reading, here).time.at_most(4s) == 1U);
}

BOOST_AUTO_TEST_CASE(routes_have_their_own_figures_and_the_loop_says_which_one_it_is_in) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  Router<> router;
  std::string seen;
  router.on("fast", [] { return "x"; });
  router.on("slow", [&] {
    bench.loop.take_time(120ms);
    const inspect::Reading reading = inspect::read(server);
    seen = reading.loops.at(0).place;
    BOOST_TEST((reading.loops.at(0).held == 120ms));
    return "y";
  });
  router.on("unused", [] { return "z"; });
  bench.serve(lines(), routed(router, first_word()));
  Peer peer = bench.dial();
  bench.say(peer, "fast\nslow\nfast\nnone\n");
  BOOST_TEST(seen == "slow");
  const inspect::Reading reading = inspect::read(server);
  BOOST_TEST(route_of(reading, "fast").calls == 2U);
  BOOST_TEST(route_of(reading, "slow").calls == 1U);
  BOOST_TEST(route_of(reading, "slow").time.at_most(100ms) == 0U);
  BOOST_TEST(route_of(reading, "*").failed == 1U);
  BOOST_TEST(route_of(reading, "unused").calls == 0U);
  BOOST_TEST(reading.routes.size() == 4U);  // and none for the listener
  BOOST_TEST(reading.loops.at(0).place == "");
}

BOOST_AUTO_TEST_CASE(places_are_bounded) {
  Bench bench;
  LoopMonitor monitor(1, bench.loop.tick_clock());
  for (std::size_t i = 0; i < 2 * LoopMonitor::max_places; ++i) {
    monitor.place("route " + std::to_string(i)).begun.add();
  }
  std::size_t count = 0;
  std::uint64_t begun = 0;
  std::uint64_t of_others = 0;
  monitor.each_place([&](const PlaceFigures& place) {
    ++count;
    begun += place.begun.value();
    if (place.name == LoopMonitor::others) of_others = place.begun.value();
  });
  BOOST_TEST(count == LoopMonitor::max_places + 1);
  BOOST_TEST(begun == 2 * LoopMonitor::max_places);
  BOOST_TEST(of_others == LoopMonitor::max_places);
}

BOOST_AUTO_TEST_CASE(a_loop_is_asked_one_question_at_a_time) {
  Bench bench;
  LoopMonitor monitor(1, bench.loop.tick_clock());
  BOOST_TEST((monitor.unanswered() == 0ms));
  BOOST_TEST(monitor.ask());
  BOOST_TEST(!monitor.ask());
  bench.loop.take_time(80ms);
  BOOST_TEST((monitor.unanswered() >= 79ms));
  monitor.answer();
  BOOST_TEST((monitor.unanswered() == 0ms));
  BOOST_TEST((monitor.lag() >= 79ms && monitor.lag() <= 80ms));
  BOOST_TEST((monitor.take_worst_lag() >= 79ms));
  BOOST_TEST((monitor.take_worst_lag() == 0ms));
  BOOST_TEST(!monitor.ask(100ms));  // so as not to wake it all the time
  bench.loop.take_time(20ms);
  BOOST_TEST(monitor.ask(100ms));
}

BOOST_AUTO_TEST_CASE(a_connection_is_closed_by_its_id_orderly_and_the_second_time_at_once) {
  Bench bench;
  Inspection& server = bench.server.inspect();
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  const std::uint64_t id = list(bench, server).at(0).id;
  BOOST_TEST(id == bench.session.id());
  std::vector<bool> told;
  const auto close = [&](std::uint64_t which) {
    BOOST_REQUIRE(server.close(which, [&](bool found) { told.push_back(found); }));
    bench.run();
  };
  close(id + 1000);
  BOOST_TEST(told.back() == false);
  BOOST_TEST(bench.open());
  close(id);
  BOOST_TEST(told.back() == true);
  // It lingers, until the peer ends as well.
  BOOST_TEST(list(bench, server).at(0).ending);
  close(id);
  bench.check_end(CloseReason::closed);
  BOOST_TEST(list(bench, server).empty());
  BOOST_TEST(!server.close(std::uint64_t{77} << 40U, [](bool) {}));
}

BOOST_AUTO_TEST_CASE(what_waits_is_summed_and_is_nothing_in_the_end) {
  ServerOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 100;
  Bench bench(options, {.capacity = 10});
  Inspection& server = bench.server.inspect();
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  const std::string line = std::string(499, 'x') + "\n";
  peer.send(line);
  bench.run();
  BOOST_TEST(server.stats().queued == 490U);
  BOOST_TEST(list(bench, server).at(0).queued == 490U);
  peer.reset();
  bench.run();
  BOOST_TEST(server.stats().queued == 0U);
}

BOOST_AUTO_TEST_CASE(inspecting_comes_before_the_start) {
  Bench bench;
  bench.serve(lines(), echo);
  BOOST_CHECK_THROW(static_cast<void>(bench.server.inspect()), std::logic_error);
  Server server({.loop = &bench.loop});
  BOOST_TEST(&server.inspect() == &server.inspect());
}

BOOST_AUTO_TEST_CASE(the_phase_says_whether_connections_are_taken) {
  using Phase = Inspection::Phase;
  Bench bench;
  Inspection& server = bench.server.inspect();
  BOOST_TEST((server.phase() == Phase::starting));
  bench.serve(lines(), echo);
  BOOST_TEST((server.phase() == Phase::serving));
  Peer peer = bench.dial();
  peer.send("half");
  bench.run();
  bench.server.stop(10s);
  BOOST_TEST((server.phase() == Phase::draining));
  bench.advance(20s);
  bench.run();
  BOOST_TEST((server.phase() == Phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_part_of_the_connections_is_found_on_the_loops_that_have_it) {
  Bench bench;
  std::vector<WatchedLoop> loops;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    loops.push_back({std::make_shared<LoopMonitor>(i, bench.loop.tick_clock()), {}, 10 * i});
  }
  const auto plan = [&](std::size_t from, std::size_t most) {
    std::string text;
    const inspect::Listing listing = inspect::plan_listing(loops, from, most);
    BOOST_TEST(listing.total == 60U);
    for (const auto& part : listing.parts) {
      text += std::to_string(part.loop) + ":" + std::to_string(part.first) + "+" +
              std::to_string(part.most) + " ";
    }
    return text;
  };
  BOOST_TEST(plan(0, 1000) == "1:0+10 2:0+20 3:0+30 ");
  BOOST_TEST(plan(0, 5) == "1:0+5 ");
  BOOST_TEST(plan(5, 10) == "1:5+5 2:0+5 ");
  BOOST_TEST(plan(30, 30) == "3:0+30 ");
  BOOST_TEST(plan(59, 10) == "3:29+1 ");
  BOOST_TEST(plan(60, 10) == "");
  BOOST_TEST(plan(~std::size_t{0}, ~std::size_t{0}) == "");
}

BOOST_AUTO_TEST_CASE(a_list_says_where_it_goes_on_and_which_loop_did_not_answer) {
  inspect::Listing listing;
  listing.total = 10;
  listing.from = 2;
  listing.parts.push_back({.loop = 1, .first = 2, .most = 1, .answered = true});
  listing.parts[0].connections.push_back({.id = (std::uint64_t{3} << 50U) + 1, .service = "s\""});
  listing.parts.push_back({.loop = 2, .first = 0, .most = 3});
  const std::string text = inspect::listing_json(listing, TimePoint(1h));
  BOOST_TEST(
      text.starts_with(R"({"total":10,"from":2,"next":6,"stalled_loops":[2],"connections":[)"));
  BOOST_TEST(text.find(R"("id":"3377699720527873")") != std::string::npos);
  BOOST_TEST(text.find(R"("service":"s\"")") != std::string::npos);
  listing.total = 6;
  BOOST_TEST(inspect::listing_json(listing, TimePoint(1h)).find(R"("next":null)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
