// LoopExecutor and what coroutines wait for, on every backend: Asio's own world on loops of weir's.
#include "weir/routing/executor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/io/loop_case.hpp"
#include "weir/routing/sleep.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

std::size_t threads_of_this_process() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    ++count;
  }
  return count;
}

/// `work` as the loop runs it: inside a round.
template <class Work>
void run_inside(EventLoop& loop, Work work) {
  bool done = false;
  loop.post([&] {
    work();
    done = true;
    loop.stop();
  });
  run_until(loop, "a task", [&] { return done; });
}

}  // namespace

static_assert(asio::execution::is_executor<LoopExecutor>::value);
static_assert(std::is_convertible_v<LoopExecutor, asio::any_io_executor>);
static_assert(sizeof(LoopExecutor) <= 3 * sizeof(void*), "fits into any_io_executor");

LOOP_CASE(on_its_own_thread_dispatch_runs_at_once_and_post_later) {
  const asio::any_io_executor executor = LoopExecutor(loop);
  std::vector<std::string> order;
  run_inside(loop, [&] {
    asio::post(executor, [&] { order.emplace_back("posted"); });
    asio::dispatch(executor, [&] { order.emplace_back("dispatched"); });
    order.emplace_back("returned");
  });
  run_rounds(loop);
  const std::vector<std::string> expected{"dispatched", "returned", "posted"};
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

LOOP_CASE(from_another_thread_both_arrive_on_the_loops) {
  const asio::any_io_executor executor = LoopExecutor(loop);
  const auto home = std::this_thread::get_id();
  run_rounds(loop);  // now it is known whose loop it is
  int arrived = 0;
  const auto arrive = [&] {
    BOOST_TEST((std::this_thread::get_id() == home));
    if (++arrived == 2) loop.stop();
  };
  std::jthread([&] {
    asio::dispatch(executor, arrive);
    asio::post(executor, arrive);
  }).join();
  run_until(loop, "two tasks", [&] { return arrived == 2; });
}

LOOP_CASE(an_executor_says_what_it_is) {
  const LoopExecutor executor(loop);
  BOOST_TEST(&asio::query(executor, asio::execution::context) == &loop.asio_context());
  BOOST_TEST((asio::require(executor, asio::execution::blocking.never) != executor));
  BOOST_TEST((asio::require(executor, asio::execution::blocking.possibly) == executor));
  BOOST_TEST(&loop_of(executor) == &loop);
  BOOST_CHECK_THROW(static_cast<void>(loop_of(asio::any_io_executor())), std::logic_error);
}

BOOST_AUTO_TEST_CASE(what_is_given_to_a_loop_that_is_gone_is_dropped) {
  auto loop = make_loop("epoll").take();
  const LoopExecutor executor(*loop);
  run_rounds(*loop);
  loop.reset();
  const auto kept = std::make_shared<int>(0);
  asio::post(executor, [kept] { ++*kept; });
  asio::dispatch(executor, [kept] { ++*kept; });
  BOOST_TEST(kept.use_count() == 1);
  BOOST_TEST(*kept == 0);
  BOOST_CHECK_THROW(static_cast<void>(asio::query(executor, asio::execution::context)),
                    std::logic_error);
  BOOST_CHECK_THROW(static_cast<void>(loop_of(executor)), std::logic_error);
}

LOOP_CASE(sleeping_takes_its_time_and_no_thread) {
  const std::size_t threads = threads_of_this_process();
  const TimePoint begun = loop.clock_now();
  bool woke = false;
  asio::co_spawn(
      LoopExecutor(loop),
      [&]() -> asio::awaitable<void> {
        co_await sleep_for(0s);
        co_await sleep_for(-1s);
        co_await sleep_for(5ms);
        woke = true;
        loop.stop();
      },
      asio::detached);
  run_until(loop, "the sleeper", [&] { return woke; });
  BOOST_TEST((loop.clock_now() - begun >= 5ms));
  BOOST_TEST(threads_of_this_process() == threads);
}

BOOST_AUTO_TEST_CASE(sleepers_go_with_their_loop) {
  for (const std::string_view backend : {"asio", "select", "poll", "epoll", "spin"}) {
    const auto kept = std::make_shared<int>(0);
    auto loop = make_loop(backend).take();
    for (int i = 0; i < 10; ++i) {
      asio::co_spawn(
          LoopExecutor(*loop),
          [](std::shared_ptr<int> mine) -> asio::awaitable<void> {
            // Asio's own things in the frame must go before what they live in.
            const asio::steady_timer timer(co_await asio::this_coro::executor);
            co_await sleep_for(1h);
            ++*mine;
          }(kept),
          asio::detached);
    }
    run_rounds(*loop);
    BOOST_TEST(kept.use_count() == 11);
    loop.reset();
    BOOST_TEST(kept.use_count() == 1);
    BOOST_TEST(*kept == 0);
  }
}

BOOST_AUTO_TEST_CASE(sleeping_elsewhere_is_refused) {
  asio::io_context other;
  bool refused = false;
  asio::co_spawn(
      other,
      [&]() -> asio::awaitable<void> {
        try {
          co_await sleep_for(0s);
        } catch (const boost::system::system_error& error) {
          refused = error.code() == asio::error::operation_not_supported;
        }
      },
      asio::detached);
  other.run();
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(asios_own_timers_work_on_its_backend_also_between_ours) {
  const auto loop = make_loop("asio").take();
  const std::size_t threads = threads_of_this_process();
  bool done = false;
  asio::co_spawn(
      LoopExecutor(*loop),
      [&]() -> asio::awaitable<void> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 2ms);
        for (int i = 0; i < 3; ++i) {
          co_await timer.async_wait(asio::use_awaitable);
          const TimePoint begun = loop->clock_now();
          // Armed in a handler that the loop did not know of.
          co_await sleep_for(2ms);
          BOOST_TEST((loop->clock_now() - begun >= 2ms));
          timer.expires_after(2ms);
        }
        done = true;
        loop->stop();
      },
      asio::detached);
  run_until(*loop, "the timers", [&] { return done; });
  BOOST_TEST(threads_of_this_process() == threads);
}

BOOST_AUTO_TEST_CASE(asios_own_sockets_work_on_its_backend) {
  const auto loop = make_loop("asio").take();
  const LoopExecutor executor(*loop);
  asio::ip::tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
  std::string received;
  asio::co_spawn(
      executor,
      [&]() -> asio::awaitable<void> {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        char byte = 0;
        for (int i = 0; i < 5; ++i) {
          co_await socket.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
          received += byte;
        }
        loop->stop();
      },
      asio::detached);
  asio::co_spawn(
      executor,
      [&]() -> asio::awaitable<void> {
        asio::ip::tcp::socket socket(executor);
        co_await socket.async_connect(acceptor.local_endpoint(), asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer("hello", 5), asio::use_awaitable);
        co_await sleep_for(1h);
      },
      asio::detached);
  run_until(*loop, "five bytes", [&] { return received.size() == 5; });
  BOOST_TEST(received == "hello");
}
