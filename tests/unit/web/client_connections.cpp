// The HTTP client's connections: which are kept, how many there are, and who is asked twice.
#include <cerrno>

#include "unit/web/http_client_bench.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(http_client_connections)

BOOST_AUTO_TEST_CASE(a_connection_is_used_again_and_one_that_ends_is_not) {
  ClientBench bench;
  for (int i = 0; i < 3; ++i) {
    const auto told = bench.get();
    bench.say(ok(std::to_string(i)));
    BOOST_TEST(told->body() == std::to_string(i));
  }
  BOOST_TEST(bench.server.all.size() == 1U);
  BOOST_TEST(bench.client->stats().kept == 1U);
  const auto last = bench.get();
  bench.say(ok("last", "Connection: close\r\n"));
  BOOST_TEST(last->body() == "last");
  BOOST_TEST(bench.server[0].ended());
  const auto next = bench.get();
  BOOST_TEST(bench.server.all.size() == 2U);
  bench.say("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 1);
  BOOST_TEST(next->status() == 200U);
  BOOST_TEST(bench.client->stats().connections == 0U);
}

BOOST_AUTO_TEST_CASE(no_request_goes_out_before_the_one_ahead_of_it_is_answered) {
  ClientBench bench({.connections_per_host = 1});
  const auto one = bench.get("/one");
  const auto two = bench.get("/two");
  BOOST_TEST(bench.server[0].take().starts_with("GET /one "));
  BOOST_TEST(bench.server[0].available() == 0U);
  bench.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
  BOOST_TEST(bench.server[0].available() == 0U);
  bench.say("b");
  BOOST_TEST(one->body() == "ab");
  BOOST_TEST(bench.server[0].take().starts_with("GET /two "));
  bench.say(ok("c"));
  BOOST_TEST(two->body() == "c");
}

BOOST_AUTO_TEST_CASE(a_kept_connection_is_closed_after_a_while) {
  ClientBench bench({.keep_alive = 30s});
  const auto told = bench.get();
  bench.say(ok(""));
  bench.loop.advance(29s);
  BOOST_TEST(!bench.server[0].ended());
  bench.loop.advance(1s);
  BOOST_TEST(bench.server[0].ended());
  BOOST_TEST(bench.client->stats().connections == 0U);
  BOOST_TEST(bench.client->stats().kept == 0U);
}

BOOST_AUTO_TEST_CASE(connections_are_bounded_by_host_and_altogether) {
  ClientBench bench({.connections_per_host = 2, .connections = 3});
  ScriptedServer other(bench.loop, 8081);
  std::vector<ClientBench::Told> told;
  for (int i = 0; i < 4; ++i) told.push_back(bench.get());
  for (int i = 0; i < 4; ++i) told.push_back(bench.send({.url = "http://127.0.0.1:8081/"}));
  BOOST_TEST(bench.server.all.size() == 2U);
  BOOST_TEST(other.all.size() == 1U);
  BOOST_TEST(bench.client->stats().connections == 3U);
  for (int i = 0; i < 10; ++i) {
    for (auto* server : {&bench.server, &other}) {
      for (auto& conversation : server->all) {
        if (!conversation->take().empty()) conversation->say(ok("x"));
      }
    }
    bench.loop.run_ready();
    BOOST_TEST(bench.client->stats().connections <= 3U);
  }
  for (const auto& each : told) BOOST_TEST(each->body() == "x");
}

BOOST_AUTO_TEST_CASE(a_host_that_waits_gets_the_place_of_a_kept_or_a_finished_connection) {
  ClientBench bench({.connections = 1});
  ScriptedServer other(bench.loop, 8081);
  const auto one = bench.get();
  bench.say(ok(""));
  const auto two = bench.send({.url = "http://127.0.0.1:8081/"});
  BOOST_TEST(bench.server[0].ended());
  BOOST_REQUIRE(other.all.size() == 1U);
  // Now the other way round: it is busy, and another one waits already.
  const auto three = bench.get();
  const auto four = bench.send({.url = "http://127.0.0.1:8081/"});
  other[0].say(ok("two"));
  bench.loop.run_ready();
  BOOST_TEST(two->body() == "two");
  BOOST_REQUIRE(bench.server.all.size() == 2U);
  bench.say(ok("three"), 1);
  BOOST_TEST(three->body() == "three");
  BOOST_REQUIRE(other.all.size() == 2U);
  other[1].say(ok("four"));
  bench.loop.run_ready();
  BOOST_TEST(four->body() == "four");
}

BOOST_AUTO_TEST_CASE(a_request_that_a_kept_connection_lost_is_asked_once_more_on_a_new_one) {
  ClientBench bench;
  const auto first = bench.get();
  bench.say(ok(""));
  const auto told = bench.get("/again");
  bench.end();
  BOOST_REQUIRE(bench.server.all.size() == 2U);
  BOOST_TEST(bench.server[1].take().starts_with("GET /again "));
  BOOST_TEST(told->pending());
  bench.say(ok("yes"), 1);
  BOOST_TEST(told->body() == "yes");
  BOOST_TEST(bench.client->stats().retries == 1U);
}

BOOST_AUTO_TEST_CASE(once_more_is_once_and_on_no_other_kept_connection) {
  ClientBench bench({.connections_per_host = 2});
  const auto one = bench.get();
  const auto two = bench.get();
  bench.say(ok(""), 0);
  bench.say(ok(""), 1);
  const auto told = bench.send({.method = "PUT", .url = here, .body = "data"});
  const std::size_t used = bench.server[0].take().find("PUT ") != std::string::npos ? 0 : 1;
  bench.end(used);
  BOOST_REQUIRE(bench.server.all.size() == 3U);
  BOOST_TEST(bench.server[2].take().ends_with("data"));
  bench.end(2);
  BOOST_TEST(told->code() == ECONNRESET);
  BOOST_TEST(told->times == 1);
  BOOST_TEST(bench.server.all.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_not_idempotent_or_was_answered_in_part_is_never_asked_twice) {
  for (const std::string method : {"POST", "PATCH", "get"}) {
    ClientBench bench;
    const auto first = bench.get();
    bench.say(ok(""));
    const auto told = bench.send({.method = method, .url = here});
    bench.end();
    BOOST_TEST(told->code() == ECONNRESET, method);
    BOOST_TEST(bench.server.all.size() == 1U, method);
  }
  ClientBench bench;
  const auto first = bench.get();
  bench.say(ok(""));
  const auto told = bench.get();
  bench.say("H");
  bench.end();
  BOOST_TEST(told->code() == ECONNRESET);
  BOOST_TEST(bench.server.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ended_while_it_was_kept_is_asked_nothing) {
  ClientBench bench;
  const auto first = bench.get();
  bench.say(ok(""));
  bench.end();
  BOOST_TEST(bench.client->stats().connections == 0U);
  const auto told = bench.post("data");
  BOOST_REQUIRE(bench.server.all.size() == 2U);
  bench.say(ok("yes"), 1);
  BOOST_TEST(told->body() == "yes");
}

BOOST_AUTO_TEST_CASE(responses_that_nobody_asked_for_end_the_connection) {
  ClientBench bench;
  const auto told = bench.get();
  bench.say(ok("mine") + ok("whose?"));
  BOOST_TEST(told->body() == "mine");
  BOOST_TEST(bench.server[0].ended());
  const auto next = bench.get();
  BOOST_REQUIRE(bench.server.all.size() == 2U);
  bench.say(ok("next"), 1);
  BOOST_TEST(next->body() == "next");
  bench.say(ok("late"), 1);
  BOOST_TEST(bench.server[1].ended());
  BOOST_TEST(bench.client->stats().unsolicited == 2U);
  BOOST_TEST(bench.client->stats().connections == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
