// A client whose connections end: what goes out again and what is lost, and when it comes back.
#include <cerrno>

#include "service/backoff_series.hpp"
#include "unit/service/client_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_reconnect)

BOOST_AUTO_TEST_CASE(a_client_comes_back_and_says_so) {
  ClientCase one;
  one.listen();
  one.client->start();
  one.loop.run_ready();
  one.cut();
  BOOST_TEST((one.client->state() == ClientState::waiting));
  one.loop.advance(100ms);
  BOOST_TEST((one.client->state() == ClientState::connected));
  BOOST_TEST(one.states == "connecting connected waiting connecting connected");
  BOOST_TEST(one.client->stats().disconnects == 1U);
}

BOOST_AUTO_TEST_CASE(a_call_that_had_gone_out_is_lost_and_what_waited_goes_out) {
  ClientOptions options;
  options.max_in_flight = 1;
  ClientCase one(options);
  one.listen();
  one.call("first");
  one.call("second");
  one.loop.run_ready();
  one.cut();
  BOOST_REQUIRE(one.outcomes.size() == 1U);
  BOOST_TEST(has(one.outcomes[0], "error " + std::to_string(ECONNRESET)));
  BOOST_TEST(has(one.outcomes[0], "may have been executed"));
  one.loop.advance(1s);
  BOOST_TEST(one.got() == (Strings{"first", "second"}));
  one.answer("to second");
  BOOST_TEST(one.outcomes.back() == "to second");
}

BOOST_AUTO_TEST_CASE(a_call_that_may_be_retried_goes_out_again_in_its_place) {
  ClientCase one;
  one.listen();
  one.call("1", {.retry = true});
  one.call("2");
  one.call("3", {.retry = true});
  one.loop.run_ready();
  BOOST_TEST(one.client->stats().queued_messages == 2U);  // kept for the next connection
  one.cut();
  one.call("4");
  one.loop.advance(1s);
  BOOST_TEST(one.got() == (Strings{"1", "2", "3", "1", "3", "4"}));
  for (const char* text : {"a", "b", "c"}) one.answer(text);
  BOOST_TEST(one.outcomes.size() == 4U);
  BOOST_TEST(one.outcomes.back() == "c");
  BOOST_TEST(one.client->stats().resent == 2U);
  BOOST_TEST(one.client->stats().queued_messages == 0U);
}

BOOST_AUTO_TEST_CASE(a_message_cut_in_the_middle_goes_out_whole_on_the_next_connection) {
  ClientCase one({}, {.capacity = 10});
  one.listen();
  one.client->start();
  one.loop.run_ready();
  one.sessions.back().pause();
  one.loop.run_ready();
  one.post("123456");
  one.post("abcdefgh");
  one.post("xyz");
  one.loop.run_ready();
  BOOST_TEST(one.told() == Strings{"123456 delivered"});
  one.cut();
  one.loop.advance(1s);
  BOOST_TEST(one.got() == (Strings{"abcdefgh", "xyz"}));
  BOOST_TEST(one.told() == (Strings{"abcdefgh delivered", "xyz delivered"}));
}

BOOST_AUTO_TEST_CASE(a_message_that_is_always_cut_off_does_not_hold_up_the_others) {
  ClientOptions options;
  options.queue.cuts = 3;
  ClientCase one(options);
  ServerOptions small{.limits = {.frame = 10}, .log = Log(LogLevel::off), .loop = &one.loop};
  one.server = std::make_unique<Server>(std::move(small));
  BOOST_REQUIRE(one.server
                    ->listen(ClientCase::endpoint, lines(),
                             [&](std::string_view line) { one.received.emplace_back(line); })
                    .ok());
  BOOST_REQUIRE(one.server->start().ok());
  one.loop.set_faults({.max_write = 100, .capacity = 100});
  one.post(std::string(500'000, 'x'));
  one.post("small");
  one.loop.advance(5min);
  BOOST_TEST(one.got() == Strings{"small"});
  BOOST_REQUIRE(one.outcomes.size() == 2U);
  BOOST_TEST(has(one.outcomes[0], "lost " + std::to_string(EMSGSIZE)));
  BOOST_TEST(one.client->stats().disconnects == 3U);
}

BOOST_AUTO_TEST_CASE(the_peers_end_of_sending_ends_the_connection) {
  ClientCase one;
  one.listen();
  one.call("x");
  one.loop.run_ready();
  one.sessions.back().close();
  one.loop.run_ready();
  BOOST_REQUIRE(one.outcomes.size() == 1U);
  BOOST_TEST(has(one.outcomes[0], "peer_ended"));
}

BOOST_AUTO_TEST_CASE(waits_grow_and_begin_anew_after_a_good_connection) {
  ClientCase one;
  one.client->start();
  one.loop.run_ready();
  for (const auto wait : {100ms, 200ms, 400ms, 800ms}) {
    const auto failures = one.client->stats().failures;
    one.loop.advance(wait - 1ns);
    BOOST_TEST(one.client->stats().failures == failures);
    one.loop.advance(1ns);
    BOOST_TEST(one.client->stats().failures == failures + 1);
  }
  one.listen();
  one.loop.advance(1600ms);
  BOOST_TEST((one.client->state() == ClientState::connected));
  one.cut();  // it was good for nothing: the series goes on
  one.loop.advance(3200ms - 1ns);
  BOOST_TEST((one.client->state() == ClientState::waiting));
  one.loop.advance(1ns);
  BOOST_TEST((one.client->state() == ClientState::connected));
  one.answer("a frame");
  one.cut();
  one.loop.advance(100ms);
  BOOST_TEST((one.client->state() == ClientState::connected));
  one.loop.advance(5s);  // and so does one that lasted
  one.cut();
  one.loop.advance(100ms);
  BOOST_TEST((one.client->state() == ClientState::connected));
}

BOOST_AUTO_TEST_CASE(waits_are_jittered_and_bounded) {
  BackoffSeries series({.first = 100ms, .most = 1s, .factor = 2, .jitter = 0.5, .seed = 7});
  BackoffSeries same({.first = 100ms, .most = 1s, .factor = 2, .jitter = 0.5, .seed = 7});
  BackoffSeries other({.first = 100ms, .most = 1s, .factor = 2, .jitter = 0.5, .seed = 8});
  bool differs = false;
  Duration whole = 100ms;
  for (int i = 0; i < 2000; ++i) {
    const Duration wait = series.next();
    BOOST_REQUIRE(wait <= whole);
    BOOST_REQUIRE(wait >= whole / 2);
    BOOST_REQUIRE(wait == same.next());
    differs = differs || wait != other.next();
    whole = std::min<Duration>(whole * 2, 1s);
  }
  BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(attempts_may_be_limited) {
  ClientOptions options;
  options.backoff.attempts = 3;
  ClientCase one(options);
  one.post("a");
  one.loop.advance(299ms);
  BOOST_TEST(one.outcomes.empty());
  one.loop.advance(1ms);
  BOOST_REQUIRE(one.outcomes.size() == 1U);
  BOOST_TEST(has(one.outcomes[0], "a lost " + std::to_string(ENOTCONN)));
  BOOST_TEST(one.client->stats().failures == 3U);
  BOOST_TEST((one.client->state() == ClientState::idle));
  one.listen();
  one.post("b");  // which begins anew
  one.loop.run_ready();
  BOOST_TEST(one.got() == Strings{"b"});
}

BOOST_AUTO_TEST_CASE(a_state_hook_may_destroy_the_client) {
  ClientCase one;
  ClientHooks hooks;
  hooks.on_state = [&](ClientState, const Error&) { one.client.reset(); };
  one.client =
      std::make_unique<Client>(ClientCase::endpoint, lines(), one.prepared({}), std::move(hooks));
  one.client->start();
  one.loop.advance(1s);
  BOOST_TEST(one.client == nullptr);
}

/// Whatever fails at whatever step, each message has one report, and the ledger is balanced.
void play(ClientCase& one) {
  one.listen();
  one.server->stop(0s);
  one.loop.run_ready();
  ServerOptions options{.log = Log(LogLevel::off), .loop = &one.loop};
  one.server = std::make_unique<Server>(std::move(options));
  BOOST_REQUIRE(one.server
                    ->listen(ClientCase::endpoint, lines(),
                             [](std::string_view line) { return "re " + std::string(line); })
                    .ok());
  BOOST_REQUIRE(one.server->start().ok());
  one.call("1 one");
  one.loop.run_ready();
  one.post("2 two", {.answered = true});
  one.call("3 three", {.retry = true});
  one.loop.run_ready();
  one.call("4 four");
  one.loop.run_ready();
}

BOOST_AUTO_TEST_CASE(whatever_fails_each_message_has_one_report) {
  for (const std::size_t size : {std::size_t{3}, testing::Faults::unlimited}) {
    const testing::Faults cut{.max_read = std::min<std::size_t>(size, 65536), .max_write = size};
    ClientCase whole({}, cut);
    play(whole);
    BOOST_TEST(whole.outcomes ==
               (Strings{"re 1 one", "2 two answered", "re 3 three", "re 4 four"}));
    const std::size_t steps = whole.loop.steps();
    for (std::size_t step = 1; step <= steps; ++step) {
      for (const bool vanishes : {false, true}) {
        testing::Faults faults = cut;
        (vanishes ? faults.vanish_at : faults.fail_at) = step;
        ClientCase one({}, faults);
        play(one);
        one.loop.advance(2min);
        BOOST_TEST_CONTEXT((vanishes ? "vanished at " : "failed at ") << step) {
          BOOST_TEST(one.outcomes.size() == 4U);
          const ClientStats stats = one.client->stats();
          BOOST_TEST(stats.answered + stats.lost == 4U);
          BOOST_TEST(stats.queued_messages == 0U);
          BOOST_TEST(stats.queued_bytes == 0U);
          BOOST_TEST(one.client->outstanding() == 0U);
          one.outcomes.clear();
          one.call("5 five");  // and it works again
          one.loop.advance(1min);
          BOOST_TEST(one.outcomes == Strings{"re 5 five"});
        }
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
