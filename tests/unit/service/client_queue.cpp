// The queue between a program and its client's network: bounds, policies, order, reports, the end.
#include <atomic>
#include <cerrno>
#include <thread>

#include "support/sockets.hpp"
#include "unit/service/client_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

ClientOptions queue_of(std::size_t messages, QueuePolicy policy,
                       std::size_t bytes = 8 * 1024 * 1024) {
  ClientOptions options;
  options.queue = {.messages = messages, .bytes = bytes, .policy = policy};
  return options;
}

std::string lost(const std::string& name, int code) {
  return name + " lost " + std::to_string(code);
}
/// What was told, without the words of a loss.
Strings short_of(const Strings& told) {
  Strings result;
  for (const std::string& each : told) result.push_back(each.substr(0, each.find(':')));
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_queue)

BOOST_AUTO_TEST_CASE(posts_wait_for_a_connection_and_keep_their_order) {
  ClientCase one;
  for (const char* text : {"a", "b", "c"}) BOOST_TEST((one.post(text) == Posted::accepted));
  one.loop.run_ready();
  BOOST_TEST(one.outcomes.empty());
  BOOST_TEST(one.client->stats().queued_messages == 3U);
  one.listen();
  one.loop.advance(1s);
  BOOST_TEST(one.got() == (Strings{"a", "b", "c"}));
  BOOST_TEST(one.told() == (Strings{"a delivered", "b delivered", "c delivered"}));
  BOOST_TEST(one.client->stats().queued_messages == 0U);
  BOOST_TEST(one.client->stats().queued_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_rejects) {
  ClientCase one(queue_of(2, QueuePolicy::reject));
  BOOST_TEST((one.post("a") == Posted::accepted));
  BOOST_TEST((one.post("b") == Posted::accepted));
  BOOST_TEST((one.post("c") == Posted::rejected));
  const auto called = one.client->call("d", {}, [](const Result<std::string>&) {});
  BOOST_TEST(called.error().code == ENOBUFS);
  BOOST_TEST(one.client->stats().rejected == 2U);
  one.listen();
  one.loop.advance(1s);
  BOOST_TEST((one.post("e") == Posted::accepted));
  one.loop.run_ready();
  BOOST_TEST(one.got() == (Strings{"a", "b", "e"}));
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded_in_bytes) {
  ClientCase one(queue_of(100, QueuePolicy::reject, 10));
  BOOST_TEST((one.post("12345678") == Posted::accepted));
  BOOST_TEST((one.post("123") == Posted::rejected));
  BOOST_TEST((one.post("12") == Posted::accepted));
  BOOST_TEST(one.client->stats().queued_bytes == 10U);
  const auto called = one.client->call("12345678901", {}, [](const Result<std::string>&) {});
  BOOST_TEST(called.error().code == EMSGSIZE);
}

BOOST_AUTO_TEST_CASE(drop_oldest_drops_the_oldest_and_says_so) {
  ClientCase one(queue_of(2, QueuePolicy::drop_oldest));
  for (const char* text : {"a", "b", "c", "d"}) BOOST_TEST((one.post(text) == Posted::accepted));
  BOOST_TEST(one.outcomes.empty());  // not inside post()
  one.loop.run_ready();
  BOOST_TEST(short_of(one.told()) == (Strings{lost("a", ENOBUFS), lost("b", ENOBUFS)}));
  one.listen();
  one.loop.advance(1s);
  BOOST_TEST(one.got() == (Strings{"c", "d"}));
  BOOST_TEST(one.client->stats().dropped == 2U);
  BOOST_TEST(one.client->stats().lost == 2U);
}

BOOST_AUTO_TEST_CASE(drop_oldest_holds_while_the_loop_is_busy) {
  ClientCase one(queue_of(3, QueuePolicy::drop_oldest));
  int rejected = 0;
  std::jthread([&] {
    for (int i = 0; i < 10; ++i) {
      if (one.post("m" + std::to_string(i)) == Posted::rejected) ++rejected;
    }
  }).join();
  // So many as it holds are kept, and for as many a report may be owed; that is all.
  BOOST_TEST(rejected == 4);
  one.loop.run_ready();
  BOOST_TEST(short_of(one.told()) ==
             (Strings{lost("m0", ENOBUFS), lost("m1", ENOBUFS), lost("m2", ENOBUFS)}));
  one.listen();
  one.loop.advance(1s);
  BOOST_TEST(one.got() == (Strings{"m3", "m4", "m5"}));
}

BOOST_AUTO_TEST_CASE(drop_oldest_does_not_touch_what_the_connection_has) {
  ClientCase one(queue_of(4, QueuePolicy::drop_oldest), {.capacity = 1});
  one.listen();
  one.client->start();
  one.loop.run_ready();
  one.sessions.back().pause();  // it reads no more
  one.loop.run_ready();
  for (int i = 0; i < 8; ++i) one.post("m" + std::to_string(i));
  one.loop.run_ready();
  // Two are with the connection, of the others the newest two are kept.
  BOOST_TEST(short_of(one.told()) == (Strings{lost("m2", ENOBUFS), lost("m3", ENOBUFS),
                                              lost("m4", ENOBUFS), lost("m5", ENOBUFS)}));
  one.sessions.back().resume();
  one.loop.run_ready();
  BOOST_TEST(one.got() == (Strings{"m0", "m1", "m6", "m7"}));
}

BOOST_AUTO_TEST_CASE(block_waits_for_room_on_other_threads) {
  ClientCase one(queue_of(1, QueuePolicy::block));
  one.listen();
  std::atomic<int> posted{0};
  std::jthread other([&] {
    for (int i = 0; i < 20; ++i) {
      if (one.client->post("m" + std::to_string(i)) == Posted::accepted) ++posted;
    }
  });
  wait_until("all messages", [&] {
    one.loop.run_ready();
    return one.received.size() == 20;
  });
  other.join();
  BOOST_TEST(posted == 20);
  for (std::size_t i = 0; i < 20; ++i) BOOST_TEST(one.received[i] == "m" + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(block_does_not_wait_on_the_loop) {
  ClientCase one(queue_of(1, QueuePolicy::block));
  BOOST_TEST((one.post("a") == Posted::accepted));
  BOOST_TEST((one.post("b") == Posted::rejected));
}

BOOST_AUTO_TEST_CASE(who_waits_for_room_is_told_of_the_end) {
  ClientCase one(queue_of(1, QueuePolicy::block));
  one.post("a");
  std::atomic<bool> begun{false};
  std::atomic<bool> rejected{false};
  std::jthread other([&] {
    begun = true;
    rejected = one.client->post("b") == Posted::rejected;
  });
  wait_until("the other thread", [&] { return begun.load(); });
  one.client->close(0s);
  one.loop.advance(0s);
  other.join();
  BOOST_TEST(rejected);
}

BOOST_AUTO_TEST_CASE(a_connection_is_given_no_more_than_its_watermark) {
  ClientOptions options;
  options.flow.high_watermark = 100;
  options.flow.low_watermark = 20;
  ClientCase one(options, {.capacity = 1});
  one.listen();
  one.client->start();
  one.loop.run_ready();
  one.sessions.back().pause();
  one.loop.run_ready();
  for (int i = 0; i < 50; ++i) one.call("0123456789");
  one.loop.run_ready();
  BOOST_TEST(one.client->stats().in_flight == 10U);  // 11 bytes each
  one.sessions.back().resume();
  one.loop.run_ready();
  BOOST_TEST(one.received.size() == 50U);
}

BOOST_AUTO_TEST_CASE(posts_that_are_answered_take_their_turn) {
  ClientCase one;
  one.listen();
  one.post("set a", {.answered = true});
  one.call("get a");
  one.post("tell");
  one.loop.run_ready();
  one.answer("ok");
  one.answer("1");
  BOOST_TEST(one.told() == (Strings{"tell delivered", "set a answered", "1"}));
  BOOST_TEST(one.messages.empty());
}

BOOST_AUTO_TEST_CASE(close_flushes_and_awaits_what_is_in_flight) {
  ClientCase one;
  one.listen();
  one.post("a");
  one.call("b");
  one.client->close(5s);
  BOOST_TEST((one.post("late") == Posted::rejected));
  one.loop.run_ready();
  BOOST_TEST(one.got() == (Strings{"a", "b"}));
  BOOST_TEST((one.client->state() == ClientState::connected));
  one.answer("x");
  BOOST_TEST(one.told() == (Strings{"a delivered", "x"}));
  BOOST_TEST((one.client->state() == ClientState::closed));
  BOOST_TEST(one.states == "connecting connected closed");
  BOOST_TEST(!one.sessions.back().open());
}

BOOST_AUTO_TEST_CASE(close_loses_what_is_not_done_at_its_deadline) {
  ClientCase one;
  one.post("never");
  one.client->close(1s);
  one.loop.advance(1s - 1ns);
  BOOST_TEST(one.outcomes.empty());
  one.loop.advance(1ns);
  BOOST_TEST(short_of(one.told()) == Strings{lost("never", ECANCELED)});
  BOOST_TEST((one.client->state() == ClientState::closed));
}

BOOST_AUTO_TEST_CASE(close_says_of_a_call_that_it_may_have_been_executed) {
  ClientCase one;
  one.listen();
  one.call("asked");
  one.loop.run_ready();
  one.client->close(0s);
  one.loop.advance(0s);
  BOOST_REQUIRE(one.outcomes.size() == 1U);
  BOOST_TEST(one.outcomes[0].ends_with("it may have been executed"));
}

BOOST_AUTO_TEST_CASE(the_destructor_reports_everything_as_lost) {
  ClientCase one;
  one.post("a");
  one.call("b");
  one.client.reset();
  BOOST_TEST(short_of(one.told()) ==
             (Strings{lost("a", ECANCELED), "error " + std::to_string(ECANCELED)}));
}

BOOST_AUTO_TEST_CASE(both_sides_may_send_more_than_the_other_reads_for_a_while) {
  // A client that stopped reading while it is slow to write would wait for an echo server that
  // stops reading for the same reason.
  ClientOptions options;
  options.flow.high_watermark = 4096;
  options.flow.low_watermark = 1024;
  ClientCase one(options, {.capacity = 100});
  ServerOptions server{.log = Log(LogLevel::off), .loop = &one.loop};
  server.flow.high_watermark = 200;
  server.flow.low_watermark = 100;
  one.server = std::make_unique<Server>(std::move(server));
  BOOST_REQUIRE(
      one.server->listen(ClientCase::endpoint, lines(), [](std::string_view line) { return line; })
          .ok());
  BOOST_REQUIRE(one.server->start().ok());
  for (int i = 0; i < 500; ++i) one.call(std::string(50, 'x'));
  one.loop.run_ready();
  BOOST_TEST(one.client->stats().answered == 500U);
}

BOOST_AUTO_TEST_SUITE_END()
