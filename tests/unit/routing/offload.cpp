// Handlers of blocking code on a pool of threads: plain ones, and parts of coroutines.
#include "weir/routing/offload.hpp"

#include <boost/test/unit_test.hpp>
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/routed.hpp"
#include "weir/routing/run_on.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Runs the loop until the pool has nothing to do any more, and what came of it was done.
void settle(Bench& bench, const WorkerPool& pool) {
  bench.run();
  for (auto stats = pool.stats(); stats.running + stats.queued != 0; stats = pool.stats()) {
    std::this_thread::yield();
  }
  bench.run();
}

/// Keeps a pool's only thread, until it is let go.
struct Blocked {
  explicit Blocked(WorkerPool& pool) {
    BOOST_REQUIRE(pool.submit([this] {
      began.count_down();
      released.wait();
      ended.count_down();
    }));
    began.wait();
  }
  ~Blocked() {
    if (!released.try_wait()) released.count_down();
    ended.wait();
  }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;
  std::latch began{1};
  std::latch released{1};
  std::latch ended{1};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(offload)

BOOST_AUTO_TEST_CASE(it_runs_on_the_pool_and_its_result_is_the_reply) {
  WorkerPool pool(1);
  std::thread::id where;
  Bench bench;
  bench.serve(lines(), weir::offload(pool, [&where](std::string_view line) {
                where = std::this_thread::get_id();
                return line;  // its frame is there for as long as it takes
              }));
  Peer peer = bench.dial();
  for (const std::string& piece : pieces_of("a long line, cut into pieces\nb\n", 5)) {
    peer.send(piece);
    bench.run();
  }
  settle(bench, pool);
  settle(bench, pool);
  BOOST_TEST(peer.take() == "a long line, cut into pieces\nb\n");
  BOOST_TEST((where != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(it_may_answer_nothing_or_perhaps_and_use_its_session) {
  WorkerPool pool(1);
  Bench bench;
  bench.serve(lines(), weir::offload(pool, [](std::string_view line, Session& session) {
                if (line == "send") session.send("sent");
                return line == "say" ? std::optional<std::string>("said") : std::nullopt;
              }));
  Peer peer = bench.dial();
  std::string replies;
  for (const char* request : {"send\n", "say\n", "nothing\n", "say\n"}) {
    peer.send(request);
    settle(bench, pool);
    replies += peer.take();
  }
  BOOST_TEST(replies == "sent\nsaid\nsaid\n");
}

BOOST_AUTO_TEST_CASE(a_full_pool_is_a_failure) {
  WorkerPool pool(1, 0);
  Bench bench;
  bench.serve(lines(), weir::offload(pool, [](std::string_view line) { return line; }));
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
  BOOST_TEST(bench.logged("overloaded") == 1U);
}

BOOST_AUTO_TEST_CASE(what_it_throws_is_a_failure) {
  WorkerPool pool(1);
  Bench bench;
  bench.serve(lines(), weir::offload(pool, [](std::string_view) -> std::string {
                throw std::runtime_error("no such row");
              }));
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  settle(bench, pool);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
  BOOST_TEST(bench.logged("no such row") == 1U);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_over_before_its_turn_is_not_run) {
  WorkerPool pool(1);
  std::atomic<int> runs{0};
  Bench bench({.deadlines = {.handler = 5s}});
  bench.serve(lines(), weir::offload(pool, [&runs](std::string_view line) {
                ++runs;
                return line;
              }));
  Peer peer = bench.dial();
  {
    const Blocked blocked(pool);
    bench.say(peer, "a\n");
    bench.advance(5s);
  }
  settle(bench, pool);
  BOOST_TEST(runs == 0);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_timeout);
}

BOOST_AUTO_TEST_CASE(a_pool_that_goes_fails_what_waited_for_it) {
  auto pool = std::make_unique<WorkerPool>(1);
  Bench bench;
  bench.serve(lines(), weir::offload(*pool, [](std::string_view line) { return line; }));
  Peer peer = bench.dial();
  std::latch release(1);
  pool->submit([&release] { release.wait(); });
  bench.say(peer, "a\n");
  std::jthread ending([&] { pool.reset(); });
  while (bench.closes.empty() && bench.logged("unanswered") == 0) bench.run();
  release.count_down();
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(one_that_still_runs_may_outlive_its_server) {
  std::latch began(1);
  std::latch release(1);
  WorkerPool pool(1);
  {
    Bench bench;
    bench.serve(lines(), weir::offload(pool, [&, captured = std::string(100, 'c')](
                                                 std::string_view, Session& session) {
                  began.count_down();
                  release.wait();
                  BOOST_TEST((session.send("gone") == SendResult::rejected));
                  return captured;
                }));
    Peer peer = bench.dial();
    bench.say(peer, "a\n");
    began.wait();
  }
  release.count_down();
}

// --- run_on ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_part_of_a_coroutine_runs_on_the_pool) {
  WorkerPool pool(1);
  Bench bench;
  const auto home = std::this_thread::get_id();
  bench.serve(lines(), [&](std::string_view line) -> asio::awaitable<std::string> {
    std::string own(line);
    co_await run_on(pool, [&] { BOOST_TEST((std::this_thread::get_id() != home)); });
    const std::size_t size = co_await run_on(pool, [&own] { return own.size(); });
    BOOST_TEST((std::this_thread::get_id() == home));
    co_return own + std::to_string(size);
  });
  Peer peer = bench.dial();
  peer.send("abc\n");
  settle(bench, pool);
  settle(bench, pool);
  BOOST_TEST(peer.take() == "abc3\n");
}

BOOST_AUTO_TEST_CASE(what_that_part_throws_comes_out_of_it) {
  WorkerPool pool(1);
  Bench bench;
  bench.serve(lines(), [&](std::string_view) -> asio::awaitable<std::string> {
    try {
      co_await run_on(pool, [] { throw std::runtime_error("no such row"); });
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
    co_return "nothing";
  });
  Peer peer = bench.dial();
  peer.send("a\n");
  settle(bench, pool);
  BOOST_TEST(peer.take() == "no such row\n");
}

BOOST_AUTO_TEST_CASE(a_full_pool_refuses_that_part) {
  WorkerPool pool(1, 0);
  Bench bench;
  bench.serve(lines(), [&](std::string_view) -> asio::awaitable<std::string> {
    try {
      co_await run_on(pool, [] {});
    } catch (const Refusal& refusal) {
      co_return std::string(to_string(refusal.failure().kind));
    }
    co_return "nothing";
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\n") == "overloaded\n");
}

BOOST_AUTO_TEST_CASE(a_coroutine_waits_for_its_part_also_when_it_is_cancelled) {
  WorkerPool pool(1);
  std::latch began(1);
  std::latch release(1);
  bool aborted = false;
  Bench bench;
  bench.serve(lines(), [&](std::string_view) -> asio::awaitable<void> {
    std::string own(100, 'o');
    co_await run_on(pool, [&] {
      began.count_down();
      release.wait();
      own += "more";
    });
    BOOST_TEST(own.size() == 104U);
    try {
      co_await sleep_for(1h);
    } catch (const boost::system::system_error&) {
      aborted = true;
    }
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  began.wait();
  peer.reset();
  bench.run();
  bench.check_end(CloseReason::peer_reset);
  release.count_down();
  settle(bench, pool);
  BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(one_whose_loop_is_gone_meanwhile_is_destroyed) {
  WorkerPool pool(1);
  std::latch began(1);
  std::latch release(1);
  const auto kept = std::make_shared<int>();
  {
    Bench bench;
    bench.serve(lines(), [&, kept](std::string_view) -> asio::awaitable<void> {
      const auto mine = kept;
      co_await run_on(pool, [&] {
        began.count_down();
        release.wait();
      });
      ++*mine;
    });
    Peer peer = bench.dial();
    bench.say(peer, "a\n");
    began.wait();
  }
  release.count_down();
  while (kept.use_count() != 1) std::this_thread::yield();
  BOOST_TEST(*kept == 0);
}

BOOST_AUTO_TEST_CASE(a_routed_handler_runs_on_the_pool_with_arguments_of_its_own) {
  WorkerPool pool(2);
  Router<> router;
  const std::thread::id loops = std::this_thread::get_id();
  router.on("upper", weir::offload(pool, [loops](std::string_view text, Session& session) {
              BOOST_TEST((std::this_thread::get_id() != loops));
              BOOST_TEST(session.open());
              return std::string(text.size(), 'X');
            }));
  router.on("boom", weir::offload(pool, [] { throw std::runtime_error("secret"); }));
  router.on("quiet", weir::offload(pool, [] {}));
  router.on("echo", [](std::string_view text) { return text; });
  Bench bench;
  bench.serve(lines(), routed(router));
  Peer peer = bench.dial();
  const std::string all = "XXX\nerror: internal error\non\n";
  std::string got = bench.say(peer, "upper abc\nboom\nquiet\necho on\n");
  while (got.size() < all.size()) {
    std::this_thread::yield();
    got += bench.take_all(peer);
  }
  BOOST_TEST(got == all);
  BOOST_TEST(bench.logged("route 'boom': secret") == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_pool_fails_a_routed_request_as_overloaded) {
  WorkerPool pool(1, 0);
  Router<> router;
  router.on("work", weir::offload(pool, [] { return "done"; }));
  Bench bench;
  bench.serve(lines(), routed(router));
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "work\n") == "error: overloaded\n");
}

BOOST_AUTO_TEST_SUITE_END()
