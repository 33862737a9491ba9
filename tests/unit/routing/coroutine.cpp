// Handlers that are coroutines: when they answer, how they end, what lives as long as they do.
#include "weir/routing/coroutine.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Counts those of its kind that exist.
class Counted {
 public:
  explicit Counted(int& count) : count_(&count) { ++*count_; }
  Counted(Counted&& other) noexcept : count_(other.count_) { ++*count_; }
  Counted(const Counted& other) : count_(other.count_) { ++*count_; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*count_; }

 private:
  int* count_;
};

asio::awaitable<std::string> upper(std::string_view line) {
  std::string result;
  for (const char c : line) result += static_cast<char>(c - 'a' + 'A');
  co_return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coroutine)

BOOST_AUTO_TEST_CASE(what_is_answered_without_waiting_goes_out_with_the_batch) {
  Bench bench;
  std::vector<std::uint64_t> written;
  bench.serve(lines(), [&](std::string_view line) -> asio::awaitable<std::string> {
    written.push_back(bench.server.stats().bytes_out);
    co_return co_await upper(line);
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc\n") == "A\nB\nC\n");
  // Each began before the answer of the one before was written.
  BOOST_TEST(written == std::vector<std::uint64_t>(3, 0), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_that_waits_answers_later_and_frames_wait_for_it) {
  Bench bench;
  std::vector<std::string> begun;
  bench.serve(lines(), [&](std::string_view line) -> asio::awaitable<std::string> {
    begun.emplace_back(line);
    co_await sleep_for(1s);
    co_return std::string(line);
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\n") == "");
  BOOST_TEST(begun.size() == 1U);
  bench.advance(1s - 1ns);
  BOOST_TEST(peer.take() == "");
  bench.advance(1ns);
  BOOST_TEST(peer.take() == "a\n");
  BOOST_TEST(begun.size() == 2U);
  bench.advance(1s);
  BOOST_TEST(peer.take() == "b\n");
}

BOOST_AUTO_TEST_CASE(it_may_answer_nothing_or_perhaps) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line) -> asio::awaitable<std::optional<std::string>> {
    co_await sleep_for(1ms);
    if (line == "quiet") co_return std::nullopt;
    co_return std::string(line);
  });
  Peer peer = bench.dial();
  bench.say(peer, "quiet\nloud\n");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "loud\n");
}

BOOST_AUTO_TEST_CASE(one_without_a_result_sends_through_its_session) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) -> asio::awaitable<void> {
    co_await sleep_for(1ms);
    session.send(line);
    session.send("again");
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "a\nagain\nb\nagain\n");
}

BOOST_AUTO_TEST_CASE(the_frame_lives_as_long_as_the_coroutine) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line) -> asio::awaitable<std::string_view> {
    co_await sleep_for(1s);
    co_return line;
  });
  Peer peer = bench.dial();
  for (const std::string& piece : pieces_of("a long line, cut into pieces\n", 3)) {
    bench.say(peer, piece);
  }
  peer.send(std::string(1000, 'x'));  // what came after it is somewhere else
  bench.advance(1s);
  BOOST_TEST(peer.take() == "a long line, cut into pieces\n");
}

BOOST_AUTO_TEST_CASE(a_throw_ends_a_protocol_without_words_for_it) {
  for (const bool waits : {false, true}) {
    Bench bench;
    bench.serve(lines(), [waits](std::string_view) -> asio::awaitable<std::string> {
      if (waits) co_await sleep_for(1s);
      throw std::runtime_error("no such thing");
    });
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

BOOST_AUTO_TEST_CASE(the_deadline_cancels_it_and_what_it_throws_then_is_not_logged) {
  Bench bench({.deadlines = {.handler = 5s}});
  std::vector<std::string> told;
  bench.serve(lines(), [&](std::string_view) -> asio::awaitable<std::string> {
    try {
      co_await sleep_for(1h);
    } catch (const boost::system::system_error& error) {
      told.emplace_back(error.code() == asio::error::operation_aborted ? "aborted" : "other");
      throw std::runtime_error("after the end");
    }
    co_return "too late";
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  bench.advance(5s);
  BOOST_TEST(told == std::vector<std::string>{"aborted"}, boost::test_tools::per_element());
  BOOST_TEST(peer.take() == "");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_timeout);
  BOOST_TEST(bench.logged("after the end") == 0U);
}

BOOST_AUTO_TEST_CASE(the_connections_end_cancels_it) {
  int alive = 0;
  Bench bench;
  bench.serve(lines(), [&](std::string_view) -> asio::awaitable<void> {
    const Counted counted(alive);
    co_await sleep_for(1h);
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  BOOST_TEST(alive == 1);
  peer.reset();
  bench.run();
  BOOST_TEST(alive == 0);
  bench.check_end(CloseReason::peer_reset);
}

BOOST_AUTO_TEST_CASE(a_server_destroyed_ends_its_coroutines) {
  int alive = 0;
  int resumed = 0;
  {
    Bench bench;
    bench.serve(lines(), [&](std::string_view) -> asio::awaitable<void> {
      const Counted counted(alive);
      try {
        co_await sleep_for(1h);
      } catch (const boost::system::system_error&) {
        ++resumed;
      }
    });
    Peer one = bench.dial();
    Peer two = bench.dial();
    bench.say(one, "a\n");
    bench.say(two, "a\n");
    BOOST_TEST(alive == 2);
  }
  BOOST_TEST(alive == 0);
  BOOST_TEST(resumed == 2);
}

BOOST_AUTO_TEST_CASE(what_a_lambda_captured_lives_as_long_as_its_coroutine) {
  MemoryLoop loop;
  std::vector<std::string> told;
  int alive = 0;
  {
    Server server({.log = Log(LogLevel::off), .loop = &loop});
    std::string captured(100, 'c');
    server.listen(here, lines(),
                  [&told, captured = std::move(captured),
                   counted = Counted(alive)](std::string_view line) -> asio::awaitable<void> {
                    try {
                      co_await sleep_for(1h);
                    } catch (const boost::system::system_error&) {
                    }
                    // Goes on without its server.
                    co_await asio::this_coro::reset_cancellation_state();
                    co_await sleep_for(1s);
                    told.push_back(captured + std::string(line));
                  });
    BOOST_REQUIRE(server.start().ok());
    Peer peer = loop.dial(here);
    loop.run_ready();
    peer.send("a\n");
    loop.run_ready();
  }
  BOOST_TEST(told.empty());
  BOOST_TEST(alive == 1);
  loop.advance(1s);
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told.front() == std::string(100, 'c') + "a");
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(one_that_outlives_its_server_goes_with_its_loop) {
  int alive = 0;
  {
    Bench bench;
    bench.serve(lines(), [&](std::string_view) -> asio::awaitable<void> {
      const Counted counted(alive);
      for (;;) {
        try {
          co_await sleep_for(1h);
        } catch (const boost::system::system_error&) {
        }
        co_await asio::this_coro::reset_cancellation_state();
      }
    });
    Peer peer = bench.dial();
    bench.say(peer, "a\n");
    peer.reset();
    bench.run();
    BOOST_TEST(alive == 1);
  }
  BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(of_two_waits_the_first_to_end_cancels_the_other) {
  using namespace asio::experimental::awaitable_operators;
  Bench bench;
  bench.serve(lines(), [](std::string_view) -> asio::awaitable<std::string> {
    const auto first = co_await (sleep_for(2s) || sleep_for(1s));
    co_return std::to_string(first.index());
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "1\n");
  // Cancelled while two wait.
  bench.say(peer, "a\n");
  peer.reset();
  bench.run();
  bench.check_end(CloseReason::peer_reset);
}

BOOST_AUTO_TEST_CASE(the_peers_end_and_a_drain_wait_for_it) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line) -> asio::awaitable<std::string> {
    co_await sleep_for(1s);
    co_return std::string(line);
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  peer.end();
  bench.server.stop(5s);
  bench.run();
  BOOST_TEST(bench.open());
  bench.advance(1s);
  BOOST_TEST(peer.take() == "a\n");
  BOOST_TEST(bench.closes.size() == 1U);
  BOOST_TEST(bench.server.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
