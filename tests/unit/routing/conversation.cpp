// One coroutine a connection: what it reads and sends, when it ends, and that it ends once.
#include "weir/routing/conversation.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Counts its kind, and how often one was made.
class Counted {
 public:
  struct Count {
    int alive = 0;
    int made = 0;
  };
  explicit Counted(Count& count) : count_(count) {
    ++count_.alive;
    ++count_.made;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_.alive; }

 private:
  Count& count_;
};

bool aborted(const boost::system::system_error& error) {
  return error.code() == asio::error::operation_aborted;
}

ServerOptions small_flow() {
  ServerOptions options;
  options.flow = {.high_watermark = 1000, .low_watermark = 100, .max_queued = 10'000};
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conversation)

// --- reading and sending ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(frames_are_read_one_by_one_and_answered_with_their_batch) {
  Bench bench;
  std::vector<std::uint64_t> written;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                while (auto frame = co_await session.read()) {
                  written.push_back(bench.server.stats().bytes_out);
                  session.send(*frame);
                }
              }));
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc\n") == "a\nb\nc\n");
  BOOST_TEST(written == std::vector<std::uint64_t>(3, 0), boost::test_tools::per_element());
  BOOST_TEST(bench.say(peer, "d\n") == "d\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(it_may_speak_first_and_keep_state_in_variables) {
  Bench bench;
  bench.serve(lines(), weir::conversation([](Conversation session) -> asio::awaitable<void> {
                session.send("name?");
                const auto name = co_await session.read();
                if (!name.has_value()) co_return;
                const std::string greeting = "hello " + std::string(*name);
                session.send("again?");
                if (const auto answer = co_await session.read(); answer == "yes") {
                  session.send(greeting);
                }
                session.send("bye");
              }));
  Peer peer = bench.dial();
  BOOST_TEST(peer.take() == "name?\n");
  BOOST_TEST(bench.say(peer, "weir\nyes\n") == "again?\nhello weir\nbye\n");
  BOOST_TEST(peer.ended());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(a_frame_is_valid_until_the_next_read) {
  Bench bench;
  const std::string large(100'000, 'l');
  bench.serve(length_prefix(4),
              weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                while (auto frame = co_await session.read()) {
                  co_await sleep_for(1s);
                  session.send(std::to_string(frame->size()) + frame->back());
                }
              }));
  Peer peer = bench.dial();
  const auto prefixed = [](const std::string& payload) {
    std::string frame;
    for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
    return frame + payload;
  };
  peer.send(prefixed("small") + prefixed(large) + prefixed("end"));
  bench.advance(10s);
  BOOST_TEST(peer.take() == prefixed("5l") + prefixed("100000l") + prefixed("3d"));
}

BOOST_AUTO_TEST_CASE(what_a_large_frame_took_is_given_back_at_the_next_read) {
  ConversationState state{ConnectionOptions{}};
  std::size_t seen = 0;
  const auto take = [&](bool, std::optional<std::string_view> frame) {
    seen += frame.value_or("").size();
  };
  state.read(take);
  state.on_frame(std::string(100'000, 'l'));
  BOOST_TEST(state.storage() >= 100'000U);
  state.read(take);
  BOOST_TEST(state.storage() <= ConversationState::most_kept);
  state.on_frame(std::string(1000, 's'));
  const std::size_t kept = state.storage();
  state.read(take);
  BOOST_TEST(state.storage() == kept);
  BOOST_TEST(seen == 101'000U);
  state.on_end();
}

BOOST_AUTO_TEST_CASE(while_it_works_input_waits) {
  Bench bench;
  std::vector<std::string> seen;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                co_await sleep_for(1s);  // also before its first read
                while (auto frame = co_await session.read()) {
                  seen.emplace_back(*frame);
                  co_await sleep_for(1s);
                }
              }));
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  BOOST_TEST(seen.empty());
  bench.advance(1s);
  BOOST_TEST(seen.size() == 1U);
  bench.advance(1s);
  BOOST_TEST(seen.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_second_read_at_a_time_is_refused) {
  Bench bench;
  std::vector<std::string> told;
  bench.serve(
      lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
        asio::co_spawn(
            co_await asio::this_coro::executor,
            [](Conversation same, std::vector<std::string>& to) -> asio::awaitable<void> {
              try {
                co_await sleep_for(1s);
                co_await same.read();
              } catch (const boost::system::system_error& error) {
                to.emplace_back(error.code() == asio::error::already_started ? "refused" : "other");
              }
            }(session, told),
            asio::detached);
        const auto frame = co_await session.read();
        told.emplace_back(frame.value_or("the end"));
      }));
  Peer peer = bench.dial();
  bench.advance(1s);
  bench.say(peer, "a\n");
  const std::vector<std::string> expected{"refused", "a"};
  BOOST_TEST(told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_read_may_have_a_deadline_of_its_own) {
  using namespace asio::experimental::awaitable_operators;
  Bench bench;
  bench.serve(lines(), weir::conversation([](Conversation session) -> asio::awaitable<void> {
                for (;;) {
                  const auto first = co_await (session.read() || sleep_for(1s));
                  if (first.index() == 1) {
                    session.send("still there?");
                  } else if (const auto& frame = std::get<0>(first)) {
                    session.send(*frame);
                  } else {
                    co_return;
                  }
                }
              }));
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\n") == "a\nb\n");
  bench.advance(2s);
  BOOST_TEST(peer.take() == "still there?\nstill there?\n");
  BOOST_TEST(bench.say(peer, "c\n") == "c\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

// --- back-pressure ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(drained_waits_for_a_slow_peer) {
  Bench bench(small_flow(), {.capacity = 500});
  int sent = 0;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                for (; sent < 1000; ++sent) {
                  if (session.send("123456789") != SendResult::queued) co_await session.drained();
                }
              }));
  Peer peer = bench.dial();
  BOOST_TEST(sent < 200);  // what is queued and under way
  BOOST_TEST(bench.session.queued() <= 1100U);
  std::size_t taken = 0;
  while (!peer.ended()) {
    taken += peer.take(100).size();
    bench.run();
  }
  BOOST_TEST(taken == 10'000U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(drained_does_not_wait_without_pressure) {
  Bench bench;
  bench.serve(lines(), weir::conversation([](Conversation session) -> asio::awaitable<void> {
                co_await session.drained();
                session.send("a");
                co_await session.drained();
                session.send("b");
              }));
  Peer peer = bench.dial();
  BOOST_TEST(peer.take() == "a\nb\n");
}

BOOST_AUTO_TEST_CASE(one_that_sends_and_never_waits_is_cut_at_the_limit) {
  for (const bool inside_a_batch : {false, true}) {
    Bench bench(small_flow(), {.capacity = 500});
    std::size_t sent = 0;
    bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                  if (inside_a_batch) co_await session.read();
                  while (session.send("123456789") != SendResult::rejected) ++sent;
                }));
    Peer peer = bench.dial();
    bench.say(peer, "go\n");
    BOOST_TEST(sent <= 1100U);
    bench.check_end(CloseReason::slow_consumer);
  }
}

// --- how it ends -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_throw_is_logged_and_counted_and_ends_the_connection) {
  for (const int reads : {0, 1}) {
    for (const bool waits : {false, true}) {
      Bench bench;
      bench.serve(lines(), weir::conversation([=](Conversation session) -> asio::awaitable<void> {
                    for (int i = 0; i < reads; ++i) co_await session.read();
                    if (waits) co_await sleep_for(1s);
                    throw std::runtime_error("no such thing");
                  }));
      Peer peer = bench.dial();
      bench.say(peer, "a\nb\n");
      bench.advance(1s);
      peer.end();
      bench.run();
      bench.check_end(CloseReason::handler_failed);
      BOOST_TEST(bench.logged("no such thing") == 1U);
      BOOST_TEST(bench.server.stats().handler_failures == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(after_the_peers_end_it_may_still_work_and_answer) {
  Bench bench;
  bench.serve(lines(), weir::conversation([](Conversation session) -> asio::awaitable<void> {
                int frames = 0;
                while (co_await session.read()) ++frames;
                co_await sleep_for(1min);
                session.send(std::to_string(frames));
              }));
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  peer.end();
  bench.run();
  BOOST_TEST(bench.open());
  bench.advance(1min);
  BOOST_TEST(peer.take() == "2\n");
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(reading_on_after_the_end_answers_the_end_again) {
  Bench bench;
  int ends = 0;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                while (ends < 3) {
                  if (!co_await session.read()) ++ends;
                }
              }));
  Peer peer = bench.dial();
  peer.end();
  bench.run();
  BOOST_TEST(ends == 3);
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_half_open_connection_stays_until_it_returns) {
  Bench bench({.flow = {.keep_half_open = true}});
  bench.serve(lines(), weir::conversation([](Conversation session) -> asio::awaitable<void> {
                while (co_await session.read()) {
                }
                co_await sleep_for(1h);
                session.send("late");
              }));
  Peer peer = bench.dial();
  peer.end();
  bench.advance(1h - 1ns);
  BOOST_TEST(bench.open());
  bench.advance(1ns);
  BOOST_TEST(peer.take() == "late\n");
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(while_it_reads_it_is_idle_while_it_works_it_is_not) {
  Bench bench({.deadlines = {.handler = 1s, .idle = 10s}});
  bool ended = false;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                while (co_await session.read()) co_await sleep_for(1min);
                ended = true;
              }));
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  bench.advance(1min + 9s);
  BOOST_TEST(bench.open());
  bench.advance(1s);
  BOOST_TEST(ended);
  bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(a_drain_ends_one_that_reads_and_waits_for_one_that_works) {
  Bench bench;
  int ended = 0;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                while (auto frame = co_await session.read()) {
                  co_await sleep_for(1s);
                  session.send(*frame);
                }
                ++ended;
              }));
  Peer idle = bench.dial();
  Peer busy = bench.dial();
  bench.say(busy, "a\n");
  bench.server.stop(5s);
  bench.run();
  BOOST_TEST(ended == 1);
  BOOST_TEST(bench.closes.size() == 1U);
  bench.advance(1s);
  BOOST_TEST(busy.take() == "a\n");
  busy.end();
  bench.run();
  BOOST_TEST(ended == 2);
  bench.check_ends_agree();
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::drained) == 2U);
  BOOST_TEST(bench.server.stopped());
}

BOOST_AUTO_TEST_CASE(one_that_works_too_long_is_cut_and_cancelled) {
  Bench bench;
  bool cancelled = false;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                co_await session.read();
                try {
                  co_await sleep_for(1h);
                } catch (const boost::system::system_error& error) {
                  cancelled = aborted(error);
                  throw;
                }
              }));
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  bench.server.stop(5s);
  bench.advance(5s);
  BOOST_TEST(cancelled);
  bench.check_end(CloseReason::cut);
  BOOST_TEST(bench.warnings() == 0U);  // what it threw then is nobody's mistake
}

BOOST_AUTO_TEST_CASE(a_reset_cancels_it_wherever_it_waits) {
  enum class Where { read, sleep, drained };
  for (const Where where : {Where::read, Where::sleep, Where::drained}) {
    Bench bench(small_flow(), {.capacity = 500});
    Counted::Count count;
    std::string told;
    bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                  const Counted counted(count);
                  try {
                    if (where == Where::sleep) co_await sleep_for(1h);
                    if (where == Where::drained) {
                      while (session.send("123456789") == SendResult::queued) {
                      }
                      co_await session.drained();
                    }
                    told = co_await session.read() ? "a frame" : "the end";
                    co_await sleep_for(1h);
                  } catch (const boost::system::system_error& error) {
                    told += aborted(error) ? " aborted" : " other";
                  }
                }));
    Peer peer = bench.dial();
    BOOST_TEST(count.alive == 1);
    peer.reset();
    bench.run();
    BOOST_TEST(told == (where == Where::read ? "the end aborted" : " aborted"));
    BOOST_TEST(count.alive == 0);
    BOOST_TEST(count.made == 1);
    bench.check_end(CloseReason::peer_reset);
  }
}

BOOST_AUTO_TEST_CASE(a_server_destroyed_ends_its_conversations) {
  Counted::Count count;
  {
    Bench bench(small_flow(), {.capacity = 500});
    bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                  const Counted counted(count);
                  const auto frame = co_await session.read();
                  if (frame == "sleep") co_await sleep_for(1h);
                  if (frame == "push") {
                    while (session.send("123456789") == SendResult::queued) {
                    }
                    co_await session.drained();
                  }
                }));
    std::vector<Peer> peers;
    for (const char* command : {"sleep\n", "push\n", ""}) {
      peers.push_back(bench.dial());
      bench.say(peers.back(), command);
    }
    BOOST_TEST(count.alive == 3);
  }
  BOOST_TEST(count.alive == 0);
  BOOST_TEST(count.made == 3);
}

BOOST_AUTO_TEST_CASE(one_that_outlives_its_connection_goes_with_its_loop) {
  Counted::Count count;
  {
    Bench bench;
    bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                  const Counted counted(count);
                  while (co_await session.read()) {
                  }
                  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
                  co_await sleep_for(1h);
                }));
    Peer peer = bench.dial();
    peer.reset();
    bench.run();
    BOOST_TEST(count.alive == 1);
    bench.check_end(CloseReason::peer_reset);
  }
  BOOST_TEST(count.alive == 0);
}

BOOST_AUTO_TEST_CASE(one_that_is_dropped_ends_its_connection) {
  Bench bench;
  // Whoever should resume it goes away.
  Task resume;
  bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                co_await session.read();
                co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
                    [&resume](auto handler) {
                      resume = [own = std::move(handler)]() mutable { std::move(own)(); };
                    },
                    asio::use_awaitable);
              }));
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  BOOST_TEST(bench.open());
  resume = {};
  bench.run();
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(whatever_fails_at_whatever_step_each_ends_once) {
  const auto play = [](Bench& bench, Counted::Count& count) {
    bench.serve(lines(), weir::conversation([&](Conversation session) -> asio::awaitable<void> {
                  const Counted counted(count);
                  while (auto frame = co_await session.read()) {
                    if (*frame == "sleep") co_await sleep_for(1s);
                    if (*frame == "throw") throw std::runtime_error("no");
                    for (int i = 0; i < 20; ++i) {
                      if (session.send("123456789") == SendResult::pressured) {
                        co_await session.drained();
                      }
                    }
                  }
                }));
    Peer one = bench.dial();
    Peer two = bench.dial();
    bench.say(one, "a\nsleep\nb\n");
    bench.say(two, "sl");
    bench.advance(1s);
    bench.say(two, "eep\nb\n");
    bench.take_all(one);
    one.end();
    bench.advance(1s);
    bench.say(two, "throw\n");
    bench.take_all(one);
    bench.take_all(two);
    two.end();
    bench.run();
    bench.server.stop(0s);
    bench.advance(1min);
  };
  const auto bench_with = [](Faults faults) {
    ServerOptions options;
    options.flow = {.high_watermark = 100, .low_watermark = 20};
    faults.capacity = 150;
    return std::make_unique<Bench>(options, faults);
  };
  std::size_t steps = 0;
  {
    Counted::Count count;
    const auto bench = bench_with({});
    play(*bench, count);
    steps = bench->loop.steps();
    BOOST_TEST(count.made == 2);
  }
  BOOST_TEST(steps > 10U);
  for (std::size_t step = 1; step <= steps; ++step) {
    for (const bool vanish : {false, true}) {
      BOOST_TEST_CONTEXT("step " << step << (vanish ? " vanishes" : " fails")) {
        Counted::Count count;
        const auto bench = bench_with(vanish ? Faults{.vanish_at = step} : Faults{.fail_at = step});
        play(*bench, count);
        bench->check_ends_agree();
        BOOST_TEST(bench->server.stopped());
        BOOST_TEST(count.alive == 0);
        BOOST_TEST(count.made == 2);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
