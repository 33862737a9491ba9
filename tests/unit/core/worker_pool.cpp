// Threads for what blocks: full is an answer, a throw goes no further, the end drops what waits.
#include "weir/core/worker_pool.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace weir;

namespace {

/// A pool whose only thread is busy until it is let go.
struct Held {
  explicit Held(std::size_t queue_limit) : pool(std::in_place, 1, queue_limit) {
    BOOST_REQUIRE(pool->submit([this] {
      began.count_down();
      released.wait();
    }));
    began.wait();
  }

  std::latch began{1};
  std::latch released{1};
  std::optional<WorkerPool> pool;
};

/// Waits for all that was submitted to a pool of one thread before it.
void finish(WorkerPool& pool) {
  std::promise<void> done;
  BOOST_REQUIRE(pool.submit([&done] { done.set_value(); }));
  done.get_future().wait();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(worker_pool)

BOOST_AUTO_TEST_CASE(tasks_run_elsewhere_and_in_order_on_one_thread) {
  std::vector<int> order;
  WorkerPool pool(1);
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(pool.submit([&order, i] { order.push_back(i); }));
  }
  std::thread::id where;
  pool.submit([&where] { where = std::this_thread::get_id(); });
  finish(pool);
  BOOST_TEST(order.size() == 100U);
  BOOST_TEST(std::is_sorted(order.begin(), order.end()));
  BOOST_TEST((where != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(as_many_run_at_once_as_there_are_threads) {
  WorkerPool pool(3);
  std::latch all(3);
  std::latch seen(1);
  for (int i = 0; i < 3; ++i) {
    pool.submit([&] {
      all.arrive_and_wait();
      seen.wait();
    });
  }
  all.wait();
  BOOST_TEST(pool.stats().running == 3U);
  seen.count_down();
}

BOOST_AUTO_TEST_CASE(a_full_queue_says_so_and_drops_the_task) {
  Held held(2);
  const auto kept = std::make_shared<int>();
  for (const bool expected : {true, true, false, false}) {
    BOOST_TEST(held.pool->submit([kept] { ++*kept; }) == expected);
  }
  BOOST_TEST(kept.use_count() == 3);
  const auto stats = held.pool->stats();
  BOOST_TEST(stats.queued == 2U);
  BOOST_TEST(stats.running == 1U);
  BOOST_TEST(stats.rejected == 2U);
  held.released.count_down();
}

BOOST_AUTO_TEST_CASE(what_a_task_throws_is_counted_and_goes_no_further) {
  WorkerPool pool(1);
  pool.submit([] { throw std::runtime_error("no"); });
  pool.submit([] { throw 1; });
  finish(pool);
  BOOST_TEST(pool.stats().threw == 2U);
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_what_runs_and_drops_what_waits) {
  Held held(10);
  const auto kept = std::make_shared<int>();
  bool ran = false;
  bool taken = true;
  // What is dropped may submit more: nobody takes it.
  struct Submits {
    ~Submits() {
      taken = pool.submit([] {});
    }
    WorkerPool& pool;
    bool& taken;
  };
  held.pool->submit([kept, &ran] { ran = true; });
  held.pool->submit([last = std::shared_ptr<Submits>(new Submits{*held.pool, taken})] {});
  const std::jthread releaser([&] {
    while (kept.use_count() != 1) std::this_thread::yield();  // dropped while one still runs
    held.released.count_down();
  });
  held.pool.reset();
  BOOST_TEST(!ran);
  BOOST_TEST(!taken);
}

BOOST_AUTO_TEST_CASE(a_pool_without_threads_is_a_mistake) {
  BOOST_CHECK_THROW(WorkerPool(0), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
