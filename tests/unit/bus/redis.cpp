// Buses joined by a Redis, in memory: every message once and in order, whatever breaks.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "unit/bus/fake_redis.hpp"
#include "weir/bus/bus.hpp"
#include "weir/testing/memory_loop.hpp"
#include "weir/tls/tls.hpp"

namespace {

using namespace std::chrono_literals;
using weir::BusState;
using weir::Published;
using weir::test::FakeRedis;
using weir::testing::MemoryLoop;
using Heard = std::vector<std::string>;

/// One process of several.
struct Process {
  explicit Process(MemoryLoop& loop, weir::BusOptions options = {},
                   std::string_view address = "redis://127.0.0.1") {
    options.loop = &loop;
    options.log = weir::Log(weir::LogLevel::off);
    options.backoff.seed = 1;
    weir::BusHooks hooks;
    hooks.on_state = [this](BusState state, const weir::Error& why) {
      told.push_back(std::string(to_string(state)) + ' ' + why.message);
    };
    bus = weir::make_bus(address, std::move(options), std::move(hooks)).take();
  }
  void join(std::string_view topic = "lobby") {
    weir::SubscribeOptions options;
    options.on_lost = [this](std::uint64_t count) {
      heard.push_back("lost " + std::to_string(count));
    };
    subscription = bus->subscribe(
                          topic, [this](std::string_view text) { heard.emplace_back(text); },
                          std::move(options))
                       .take();
  }
  Published say(std::string_view text) { return bus->publish("lobby", text); }
  Heard take() { return std::exchange(heard, {}); }

  Heard heard;
  Heard told;
  std::unique_ptr<weir::Bus> bus;
  weir::Subscription subscription;
};

/// A Redis and two processes in one room, connected.
struct Bench {
  explicit Bench(const weir::BusOptions& options = {})
      : redis(loop), one(loop, options), two(loop, options) {
    one.join();
    two.join();
    loop.run_ready();
  }

  MemoryLoop loop;
  FakeRedis redis;
  Process one;
  Process two;
};

/// Lets the messages through that do not hold `text`.
auto all_but(std::string text) {
  return [text = std::move(text)](std::string_view, std::string_view message) {
    return message.find("lobby" + text) == std::string_view::npos;
  };
}

Heard numbers(int from, int to) {
  Heard all;
  for (int i = from; i <= to; ++i) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(BusState)

BOOST_AUTO_TEST_SUITE(redis)

BOOST_AUTO_TEST_CASE(every_process_hears_every_message_once_and_in_order) {
  Bench bench;
  BOOST_TEST(bench.one.bus->state() == BusState::connected);
  BOOST_TEST((bench.one.say("1") == Published::sent));
  bench.one.say("2");
  bench.loop.run_ready();
  bench.two.say("3");
  bench.loop.run_ready();
  BOOST_TEST(bench.one.take() == numbers(1, 3), boost::test_tools::per_element());
  BOOST_TEST(bench.two.take() == numbers(1, 3), boost::test_tools::per_element());
  BOOST_TEST(bench.two.bus->stats().received == 2U);
  BOOST_TEST(bench.one.bus->stats().confirmed == 2U);
  BOOST_TEST(bench.one.bus->stats().kept == 0U);
  BOOST_TEST(bench.one.told == Heard{"connected "}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(any_bytes_are_a_message_and_a_topic) {
  Bench bench;
  const std::string topic("a b\n\0%", 6);
  bench.two.join(topic);
  bench.loop.run_ready();
  const std::string message("\r\n\0*1", 5);
  bench.one.bus->publish(topic, message);
  bench.one.bus->publish(topic, "");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == (Heard{message, ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_password_goes_before_all_else_and_a_wrong_one_is_shown) {
  MemoryLoop loop;
  FakeRedis redis(loop, "se@cret");
  Process right(loop, {}, "redis://user:se%40cret@127.0.0.1:6379/");
  right.join();
  loop.run_ready();
  BOOST_TEST(right.bus->state() == BusState::connected);
  BOOST_TEST(redis.commands.front() == "AUTH");

  Process wrong(loop, {}, "redis://:wrong@127.0.0.1");
  wrong.join();
  loop.run_ready();
  BOOST_TEST(wrong.bus->state() == BusState::connecting);
  BOOST_REQUIRE(wrong.told.size() == 1U);
  BOOST_TEST(wrong.told[0].find("WRONGPASS") != std::string::npos);
  Process none(loop);
  loop.run_ready();
  BOOST_REQUIRE(none.told.size() == 1U);
  BOOST_TEST(none.told[0].find("NOAUTH") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bus_goes_through_tls_and_trusts_nobody_else) {
  MemoryLoop loop;
  const weir::SelfSigned made = weir::self_signed().take();
  FakeRedis redis(loop, {}, weir::tls_server({.certificates = {made.certificate}}).take());
  weir::BusOptions options;
  options.tls = weir::tls_client({.ca_pem = made.certificate.chain_pem}).take();
  Process one(loop, options, "rediss://127.0.0.1");
  one.join();
  Process two(loop, options, "rediss://127.0.0.1");
  options.tls =
      weir::tls_client({.ca_pem = weir::self_signed().take().certificate.chain_pem}).take();
  Process wary(loop, options, "rediss://127.0.0.1");
  loop.run_ready();
  BOOST_TEST(one.bus->state() == BusState::connected);
  two.say("1");
  loop.run_ready();
  BOOST_TEST(one.take() == numbers(1, 1), boost::test_tools::per_element());
  BOOST_TEST(wary.bus->state() == BusState::connecting);
  BOOST_REQUIRE(!wary.told.empty());
  BOOST_TEST(wary.told[0].find("certificate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_said_while_the_bus_is_lost_is_heard_here_at_once_and_there_later) {
  Bench bench;
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.kill();
  BOOST_TEST(bench.one.bus->state() == BusState::lost);
  BOOST_TEST((bench.one.say("2") == Published::kept));
  bench.one.say("3");
  bench.loop.run_ready();
  BOOST_TEST(bench.one.take() == numbers(1, 3), boost::test_tools::per_element());
  BOOST_TEST(bench.two.take() == numbers(1, 1), boost::test_tools::per_element());
  BOOST_TEST(bench.one.bus->stats().kept == 2U);
  bench.loop.advance(7s);
  bench.redis.start();
  bench.loop.advance(20s);
  bench.two.say("4");
  bench.loop.run_ready();
  BOOST_TEST(bench.one.take() == numbers(4, 4), boost::test_tools::per_element());
  BOOST_TEST(bench.two.take() == numbers(2, 4), boost::test_tools::per_element());
  BOOST_TEST(bench.one.bus->stats().kept == 0U);
  BOOST_TEST(bench.one.bus->stats().connects == 2U);
  BOOST_TEST(bench.one.told.front() == "connected ");
  BOOST_TEST(bench.one.told[1].starts_with("lost the connection to tcp://127.0.0.1:6379 ended"));
  BOOST_TEST(bench.one.told.back().starts_with("connected "));
  BOOST_TEST(bench.one.told.back().size() > std::string_view("connected ").size());
}

BOOST_AUTO_TEST_CASE(a_bus_that_finds_no_redis_at_first_keeps_what_is_said) {
  MemoryLoop loop;
  FakeRedis redis(loop);
  redis.kill();
  Process one(loop);
  Process two(loop);
  two.join();
  BOOST_TEST((one.say("1") == Published::kept));
  loop.run_ready();
  BOOST_TEST(one.bus->state() == BusState::connecting);
  redis.start();
  loop.advance(30s);
  BOOST_TEST(two.take() == numbers(1, 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_lost_on_the_way_is_asked_for_and_comes_in_its_place) {
  Bench bench;
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.passes = all_but("2");
  bench.one.say("2");
  bench.loop.run_ready();
  bench.redis.passes = {};
  bench.one.say("3");
  bench.one.say("4");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(1, 4), boost::test_tools::per_element());
  BOOST_TEST(bench.two.bus->stats().gaps == 1U);
  BOOST_TEST(bench.one.bus->stats().replayed >= 1U);
  BOOST_TEST(bench.two.bus->stats().lost == 0U);
}

BOOST_AUTO_TEST_CASE(a_long_gap_is_healed_in_parts) {
  Bench bench;
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.passes = [](std::string_view channel, std::string_view) {
    return !channel.ends_with("lobby");
  };
  for (int i = 2; i <= 1999; ++i) bench.one.say(std::to_string(i));
  bench.loop.run_ready();
  bench.redis.passes = {};
  bench.one.say("2000");
  bench.loop.run_ready();
  BOOST_TEST((bench.two.take() == numbers(1, 2000)));
}

BOOST_AUTO_TEST_CASE(what_nobody_can_send_again_is_reported_as_lost_in_its_place) {
  Bench bench;
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.passes = [](std::string_view channel, std::string_view message) {
    // Neither the messages 2 and 3, nor any request to replay them.
    return channel.find("to.") == std::string_view::npos && !message.ends_with("lobby2") &&
           !message.ends_with("lobby3");
  };
  for (const char* text : {"2", "3", "4"}) bench.one.say(text);
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(1, 1), boost::test_tools::per_element());
  bench.loop.advance(11s);
  BOOST_TEST(bench.two.take() == (Heard{"lost 2", "4"}), boost::test_tools::per_element());
  BOOST_TEST(bench.two.bus->stats().lost == 2U);
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_the_oldest_kept_ones_are_displaced_and_reported) {
  weir::BusOptions options;
  options.limits.kept_messages = 3;
  Bench bench(options);
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.kill();
  for (const char* text : {"2", "3"}) BOOST_TEST((bench.one.say(text) == Published::kept));
  BOOST_TEST((bench.one.say("4") == Published::kept));  // "1" went, which all have
  BOOST_TEST((bench.one.say("5") == Published::displaced));
  BOOST_TEST((bench.one.say("6") == Published::displaced));
  BOOST_TEST(bench.one.bus->stats().displaced == 2U);
  BOOST_TEST(bench.one.bus->stats().kept == 3U);
  bench.redis.start();
  bench.loop.advance(30s);
  BOOST_TEST(bench.one.take() == numbers(1, 6), boost::test_tools::per_element());
  BOOST_TEST(bench.two.take() == (Heard{"1", "lost 2", "4", "5", "6"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_bounded_in_bytes_as_well) {
  weir::BusOptions options;
  options.limits.kept_bytes = 5;
  Bench bench(options);
  bench.redis.kill();
  BOOST_TEST((bench.one.say("aaa") == Published::kept));
  BOOST_TEST((bench.one.say("bbb") == Published::displaced));
  bench.redis.start();
  bench.loop.advance(30s);
  BOOST_TEST(bench.two.take() == (Heard{"lost 1", "bbb"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_redis_that_answers_no_publish_is_left_and_what_it_had_is_not_doubled) {
  Bench bench;
  bench.redis.mute = true;
  bench.one.say("1");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(1, 1), boost::test_tools::per_element());
  bench.loop.advance(6s);
  BOOST_REQUIRE(bench.one.told.size() >= 2U);
  BOOST_TEST(bench.one.told[1] == "lost Redis does not answer");
  bench.redis.mute = false;
  bench.loop.advance(30s);
  BOOST_TEST(bench.one.bus->state() == BusState::connected);
  BOOST_TEST(bench.one.bus->stats().kept == 0U);
  BOOST_TEST(bench.two.heard.empty());
  BOOST_TEST(bench.two.bus->stats().doubles >= 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_gives_no_sign_of_life_is_lost) {
  Bench bench;
  bench.loop.advance(60s);
  BOOST_TEST(bench.one.told == Heard{"connected "}, boost::test_tools::per_element());
  bench.redis.silent = true;
  bench.loop.advance(11s);
  BOOST_TEST(bench.one.bus->state() == BusState::lost);
  bench.redis.silent = false;
  bench.loop.advance(30s);
  BOOST_TEST(bench.one.bus->state() == BusState::connected);
}

BOOST_AUTO_TEST_CASE(a_redis_that_refuses_a_message_is_not_asked_again_at_once) {
  Bench bench;
  bench.redis.forbidden = "lobbyno";
  bench.one.say("no");
  bench.loop.advance(60s);
  BOOST_TEST(bench.one.told[1].starts_with("lost Redis says: NOPERM"));
  // After 0.1 s, 0.2 s and so on up to 5 s, less the part of chance.
  BOOST_TEST(bench.one.bus->stats().connects < 35U);
  bench.redis.forbidden.clear();
  bench.loop.advance(10s);
  BOOST_TEST(bench.two.take() == Heard{"no"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_joins_later_hears_nothing_from_before) {
  Bench bench;
  for (const char* text : {"1", "2"}) bench.one.say(text);
  bench.loop.advance(1s);
  Process three(bench.loop);
  three.join();
  bench.loop.advance(1s);
  BOOST_TEST(three.heard.empty());
  bench.one.say("3");
  bench.loop.run_ready();
  BOOST_TEST(three.take() == numbers(3, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_process_that_comes_again_is_another_publisher) {
  Bench bench;
  auto three = std::make_unique<Process>(bench.loop);
  bench.loop.run_ready();
  three->say("1");
  bench.loop.run_ready();
  three = std::make_unique<Process>(bench.loop);
  bench.loop.run_ready();
  three->say("2");
  three->say("3");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(1, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_publisher_that_is_not_heard_of_after_healing_may_have_said_something) {
  weir::BusOptions options;
  options.absent = 20s;
  Bench bench(options);
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.kill();
  bench.one.say("2");
  bench.one.bus.reset();
  bench.redis.start();
  bench.loop.advance(60s);
  BOOST_TEST(bench.two.take() == (Heard{"1", "lost 0"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(topics_come_and_go) {
  Bench bench;
  bench.two.subscription.reset();
  bench.loop.run_ready();
  BOOST_TEST(bench.redis.subscribers("weir:t.lobby") == 1U);
  bench.one.say("1");
  bench.loop.run_ready();
  bench.two.join();
  bench.loop.advance(1s);
  bench.one.say("2");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(2, 2), boost::test_tools::per_element());
  bench.two.subscription.reset();
  bench.two.join();
  bench.loop.run_ready();
  bench.one.say("3");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(3, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(buses_of_another_prefix_do_not_hear_each_other) {
  Bench bench;
  weir::BusOptions options;
  options.prefix = "other:";
  Process other(bench.loop, options);
  other.join();
  bench.loop.run_ready();
  bench.one.say("1");
  bench.loop.run_ready();
  BOOST_TEST(other.heard.empty());
}

BOOST_AUTO_TEST_CASE(a_topic_that_its_publisher_forgot_begins_anew) {
  weir::BusOptions options;
  options.limits.topics = 1;
  options.limits.kept_messages = 1;
  Bench bench(options);
  for (int i = 1; i <= 6; ++i) {
    bench.one.say(std::to_string(i));
    bench.loop.run_ready();
    for (const char* topic : {"hall", "yard"}) bench.one.bus->publish(topic, "x");
    bench.loop.run_ready();
  }
  BOOST_TEST(bench.two.take() == numbers(1, 6), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_comes_too_early_is_bounded_and_comes_again) {
  weir::BusOptions options;
  options.limits.early_messages = 2;
  Bench bench(options);
  bench.one.say("1");
  bench.loop.run_ready();
  bench.redis.passes = [](std::string_view channel, std::string_view message) {
    return channel.find("to.") == std::string_view::npos && !message.ends_with("lobby2");
  };
  for (int i = 2; i <= 20; ++i) bench.one.say(std::to_string(i));
  bench.loop.run_ready();
  bench.redis.passes = {};
  bench.loop.advance(1s);
  BOOST_TEST(bench.two.take() == numbers(1, 20), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_came_is_heard_also_where_its_publisher_thinks_it_is_from_before) {
  Bench bench;
  bench.redis.publish("weir:t.lobby", "m 1 1 5 5\nlobbyhello");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.heard.empty());  // 1 to 4 may have been for it
  bench.redis.publish("weir:t.lobby", "s 1 1 7 1 7 5\nlobby");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == Heard{"hello"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_publisher_that_never_answers_holds_nothing_up_for_ever) {
  Bench bench;
  bench.redis.publish("weir:t.lobby", "m 1 1 5 5\nlobbyhello");
  bench.loop.advance(11s);
  BOOST_TEST(bench.two.take() == Heard{"hello"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_publisher_that_was_silent_longest_is_forgotten) {
  weir::BusOptions options;
  options.limits.streams = 2;
  Bench bench(options);
  for (const char* text : {"m 1 1 1 5\nlobbya", "m 1 1 3 5\nlobbyc", "m 2 1 1 5\nlobbyd",
                           "m 3 1 1 5\nlobbye", "m 4 1 1 5\nlobbyf"}) {
    bench.redis.publish("weir:t.lobby", text);
    bench.loop.run_ready();
  }
  // Of the first one 2 was missing, and 3 with it.
  BOOST_TEST(bench.two.take() == (Heard{"a", "d", "lost 2", "e", "f"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_strangers_say_on_its_channels_is_passed_over) {
  Bench bench;
  for (const char* text : {"", "m", "m 1", "hello", "m 1 1 1 5\nlob", "x 1 1 1 5\nlobby",
                           "m 1 1 1 5\nother text", "s 1 1 1 1 1 5\nlobby", "q 1 1 5\nlobby",
                           "r 1 1 0 18446744073709551615 18446744073709551615 5\nlobby",
                           "m 1 1 0 5\nlobby text", "m 18446744073709551616 1 1 5\nlobby text"}) {
    for (const char* channel : {"weir:t.lobby", "weir:all"}) bench.redis.publish(channel, text);
    bench.loop.run_ready();
  }
  bench.one.say("1");
  bench.loop.run_ready();
  BOOST_TEST(bench.two.take() == numbers(1, 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(many_topics_are_healed_as_one) {
  Bench bench;
  std::vector<weir::Subscription> rooms;
  rooms.reserve(1000);
  Heard heard;
  for (int i = 0; i < 1000; ++i) {
    rooms.push_back(bench.two.bus
                        ->subscribe("room " + std::to_string(i),
                                    [&heard](std::string_view text) { heard.emplace_back(text); })
                        .take());
  }
  bench.loop.run_ready();
  bench.redis.kill();
  for (int i = 0; i < 1000; ++i) {
    bench.one.bus->publish("room " + std::to_string(i), std::to_string(i));
  }
  bench.redis.start();
  bench.loop.advance(30s);
  BOOST_TEST((heard == numbers(0, 999)));
}

BOOST_AUTO_TEST_CASE(the_bus_may_end_inside_its_hook) {
  MemoryLoop loop;
  FakeRedis redis(loop);
  std::unique_ptr<weir::Bus> bus;
  weir::BusOptions options;
  options.loop = &loop;
  options.log = weir::Log(weir::LogLevel::off);
  int told = 0;
  weir::BusHooks hooks;
  hooks.on_state = [&](BusState, const weir::Error&) {
    ++told;
    bus.reset();
  };
  bus = weir::make_bus("redis://127.0.0.1", std::move(options), std::move(hooks)).take();
  loop.run_ready();
  BOOST_TEST(told == 1);
  loop.advance(60s);
}

BOOST_AUTO_TEST_CASE(wherever_a_connection_breaks_every_message_comes_once_and_in_order) {
  // Once without a fault, for the number of steps, then with one at each of them.
  const auto run = [](std::size_t fail_at, bool vanish) {
    MemoryLoop loop;
    FakeRedis redis(loop);
    Process one(loop);
    Process two(loop);
    one.join();
    two.join();
    loop.run_ready();
    const std::size_t begin = loop.steps();
    weir::testing::Faults faults;
    (vanish ? faults.vanish_at : faults.fail_at) = fail_at == 0 ? 0 : begin + fail_at;
    loop.set_faults(faults);
    for (int i = 1; i <= 6; ++i) {
      one.say(std::to_string(i));
      two.say("x");
      loop.advance(100ms);
    }
    const std::size_t steps = loop.steps() - begin;
    loop.advance(60s);
    for (Process* each : {&one, &two}) {
      Heard own;
      int others = 0;
      for (const std::string& text : each->heard) {
        if (text == "x") {
          ++others;
        } else {
          own.push_back(text);
        }
      }
      BOOST_TEST(own == numbers(1, 6), "fault at step " << fail_at << (vanish ? " vanishing" : "")
                                                        << boost::test_tools::per_element());
      BOOST_TEST(others == 6);
      BOOST_TEST(each->bus->state() == BusState::connected);
      BOOST_TEST(each->bus->stats().kept == 0U);
    }
    return steps;
  };
  const std::size_t steps = run(0, false);
  BOOST_TEST(steps > 20U);
  for (std::size_t step = 1; step <= steps; ++step) {
    run(step, false);
    run(step, true);
  }
}

BOOST_AUTO_TEST_CASE(addresses_are_read_and_wrong_ones_refused_without_their_password) {
  MemoryLoop loop;
  const auto make = [&loop](std::string_view address) {
    weir::BusOptions options;
    options.loop = &loop;
    return weir::make_bus(address, std::move(options));
  };
  for (const char* right : {"redis://localhost", "redis://127.0.0.1:7000/", "redis://[::1]:7000",
                            "redis://[::1]", "redis://:secret@h", "redis+unix:///tmp/redis.sock"}) {
    BOOST_TEST(make(right).ok(), right);
  }
  for (const char* wrong :
       {"redis://", "redis://h:port", "redis://secret@h", "redis://u:@h", "redis://u:%4@h",
        "redis://u:secret@:1", "rediss://h", "http://secret@h"}) {
    const auto bus = make(wrong);
    BOOST_REQUIRE_MESSAGE(!bus.ok(), wrong);
    const std::string said = bus.error().message;
    BOOST_TEST(said.find("secret") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
