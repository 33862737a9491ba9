// EventLoop: what runs when, and on which thread.
#include "weir/io/event_loop.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "io/mailbox.hpp"
#include "unit/io/loop_case.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

class Work final : public Deferred {
 public:
  explicit Work(Task action) : action_(std::move(action)) {}
  ~Work() override = default;
  int runs = 0;
  using Deferred::cancel;
  using Deferred::deferred;

 private:
  void run_deferred() override {
    BOOST_TEST(!deferred());
    ++runs;
    if (action_) action_();
  }
  Task action_;
};

/// Passes time without giving the processor away; what it measures is not a limit.
void be_busy(Duration time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
  }
}

}  // namespace

LOOP_CASE(tasks_run_in_the_order_of_posting_and_never_inside_post) {
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] { order.push_back(3); });
    BOOST_TEST(order.size() == 1U);
  });
  loop.post([&] { order.push_back(2); });
  BOOST_TEST(order.empty());
  loop.post([&] { loop.post([&] { loop.post([&] { loop.stop(); }); }); });
  loop.run();
  BOOST_TEST((order == std::vector<int>{1, 2, 3}));
}

LOOP_CASE(tasks_of_many_threads_all_run_and_keep_each_threads_order) {
  constexpr std::size_t threads = 4;
  const std::size_t each = scaled(5000);
  std::vector<std::size_t> next(threads, 0);
  bool ordered = true;
  std::size_t left = threads * each;
  std::vector<std::jthread> posters;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    posters.emplace_back([&, thread] {
      for (std::size_t i = 0; i < each; ++i) {
        loop.post([&, thread, i] {
          if (next[thread]++ != i) ordered = false;
          if (--left == 0) loop.stop();
        });
      }
    });
  }
  run_until(loop, "all tasks", [&] { return left == 0; });
  BOOST_TEST(ordered);
}

LOOP_CASE(a_post_wakes_a_loop_that_waits) {
  std::atomic<int> done{0};
  std::jthread runner([&] {
    // It ends even if nothing wakes it, so that a failure is one and no hang.
    loop.run_after(2 * patience, [&] { loop.stop(); });
    loop.run();
  });
  for (int i = 1; i <= static_cast<int>(scaled(200)); ++i) {
    loop.post([&] { ++done; });
    wait_until("the task", [&] { return done == i; });
  }
  loop.stop();
}

LOOP_CASE(stop_before_run_makes_it_return_and_the_next_run_goes_on) {
  int ran = 0;
  loop.post([&] { ++ran; });
  loop.stop();
  loop.run();
  BOOST_TEST(ran == 0);
  loop.post([&] { loop.stop(); });
  loop.run();
  BOOST_TEST(ran == 1);
}

LOOP_CASE(stop_from_another_thread_ends_a_loop_that_waits) {
  for (std::size_t i = 0; i < scaled(200); ++i) {
    std::jthread stopper([&] { loop.stop(); });
    loop.run();
  }
}

LOOP_CASE(deferred_work_runs_once_in_order_at_the_end_of_the_round) {
  std::vector<int> order;
  Work first([&] { order.push_back(1); });
  Work second([&] { order.push_back(2); });
  Work cancelled([&] { order.push_back(3); });
  Work fourth([&] { order.push_back(4); });
  loop.post([&] {
    for (Work* work : {&first, &second, &cancelled, &first, &fourth}) loop.defer(*work);
    BOOST_TEST(first.deferred());
    cancelled.cancel();
    cancelled.cancel();
    order.push_back(0);
  });
  run_rounds(loop);
  BOOST_TEST((order == std::vector<int>{0, 1, 2, 4}));
  BOOST_TEST(!first.deferred());
}

LOOP_CASE(what_deferred_work_defers_runs_in_the_next_round) {
  int rounds = 0;
  Work* self = nullptr;
  Work again([&] {
    if (++rounds < 5) loop.defer(*self);
  });
  self = &again;
  loop.defer(again);  // before run()
  run_rounds(loop);
  BOOST_TEST(rounds == 5);
}

LOOP_CASE(deferred_work_may_cancel_and_destroy_other_work) {
  Work cancelled([] {});
  auto destroyed = std::make_unique<Work>([] { BOOST_ERROR("it was destroyed"); });
  std::unique_ptr<Work> suicide;
  Work first([&] {
    cancelled.cancel();
    destroyed.reset();
  });
  suicide = std::make_unique<Work>([&] { suicide.reset(); });
  Work last({});
  loop.post([&] {
    for (Work* work : {&first, &cancelled, destroyed.get(), suicide.get(), &last}) {
      loop.defer(*work);
    }
  });
  run_rounds(loop);
  BOOST_TEST(cancelled.runs == 0);
  BOOST_TEST(suicide == nullptr);
  BOOST_TEST(last.runs == 1);
}

LOOP_CASE(timers_fire_in_order_and_never_early) {
  const TimePoint begin = std::chrono::steady_clock::now();
  std::vector<int> order;
  TimePoint fired{};
  loop.run_after(200ms, [&] {
    fired = std::chrono::steady_clock::now();
    order.push_back(3);
    loop.stop();
  });
  loop.run_after(0ms, [&] { order.push_back(1); });
  loop.run_after(100ms, [&] { order.push_back(2); });
  loop.run_after(Duration::max(), [&] { order.push_back(4); });
  loop.run();
  BOOST_TEST((order == std::vector<int>{1, 2, 3}));
  BOOST_TEST((fired - begin >= 200ms));
}

LOOP_CASE(a_delay_counts_from_the_call_before_run_and_in_a_long_round) {
  be_busy(10ms);
  for (const bool in_a_round : {false, true}) {
    TimePoint begin{};
    TimePoint fired{};
    const auto arm = [&] {
      if (in_a_round) be_busy(10ms);
      begin = std::chrono::steady_clock::now();
      loop.run_after(10ms, [&] {
        fired = std::chrono::steady_clock::now();
        loop.stop();
      });
    };
    if (in_a_round) {
      loop.post(arm);
      loop.post([&] { loop.post([] {}); });  // another round follows at once
    } else {
      arm();
    }
    loop.run();
    BOOST_TEST((fired - begin >= 10ms));
  }
}

LOOP_CASE(a_timer_that_comes_while_the_loop_waits_for_a_later_one_is_not_missed) {
  int fired = 0;
  loop.run_after(1h, [&] { ++fired; });
  std::jthread runner([&] { loop.run(); });
  loop.post([&] {
    loop.run_after(1ms, [&] {
      ++fired;
      loop.stop();
    });
  });
  runner.join();
  BOOST_TEST(fired == 1);
}

LOOP_CASE(a_zero_timer_that_arms_itself_again_does_not_hold_the_loop) {
  bool over = false;
  UniqueFunction<void()> again;
  again = [&] {
    if (!over) loop.run_after(0ms, [&] { again(); });
  };
  again();
  run_rounds(loop);
  over = true;
  run_rounds(loop);
}

namespace {

/// How many rounds a loop takes for 4,000 timers that are so late.
std::size_t rounds_of_timers(Duration late) {
  testing::MemoryLoop loop;
  constexpr std::size_t count = 4000;
  std::size_t rang = 0;
  std::size_t rounds = 0;
  for (std::size_t i = 0; i < count; ++i) loop.run_after(Duration::zero(), [&] { ++rang; });
  std::function<void()> look = [&] {
    if (rang == count) return;
    ++rounds;
    loop.post([&] { look(); });
  };
  loop.take_time(late);
  loop.post([&] { look(); });
  loop.run_ready();
  BOOST_TEST(rang == count);
  return rounds;
}

}  // namespace

BOOST_AUTO_TEST_CASE(timers_that_are_late_get_a_larger_share_of_a_round) {
  const std::size_t in_time = rounds_of_timers(Duration::zero());
  BOOST_TEST(in_time > 100U);
  BOOST_TEST(rounds_of_timers(std::chrono::seconds(1)) < in_time / 2);
}

LOOP_CASE(what_becomes_ready_while_many_timers_end_does_not_wait_for_all_of_them) {
  const Descriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  constexpr std::size_t count = 2000;
  std::size_t rang = 0;
  std::size_t rang_before = count;
  const auto watched = loop.watch_readable(event.get(), [&] {
    eventfd_t ignored = 0;
    if (::eventfd_read(event.get(), &ignored) == 0) rang_before = rang;
  });
  BOOST_REQUIRE(watched.ok());
  for (std::size_t i = 0; i < count; ++i) {
    loop.run_after(Duration::zero(), [&] {
      if (rang++ == 0) ::eventfd_write(event.get(), 1);
      if (rang == count) loop.stop();
    });
  }
  run_until(loop, "all timers", [&] { return rang == count; });
  BOOST_TEST(rang_before < count / 10);
}

LOOP_CASE(a_descriptor_is_watched_until_its_watch_goes) {
  const Descriptor event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  int read = 0;
  std::unique_ptr<Watch> watch;
  auto made = loop.watch_readable(event.get(), [&] {
    std::uint64_t count = 0;
    if (::read(event.get(), &count, sizeof count) < 0) return;  // a guess
    ++read;
    if (read == 3) watch.reset();
    loop.stop();
  });
  BOOST_REQUIRE(made.ok());
  watch = made.take();
  for (int i = 1; i <= 3; ++i) {
    BOOST_REQUIRE(::eventfd_write(event.get(), 1) == 0);
    run_until(loop, "the event", [&] { return read == i; });
  }
  BOOST_TEST(watch == nullptr);
  BOOST_REQUIRE(::eventfd_write(event.get(), 1) == 0);
  run_rounds(loop);
  BOOST_TEST(read == 3);
}

// --- the end of a loop -------------------------------------------------------------------------

LOOP_CASE(a_loop_that_goes_drops_its_tasks_and_timers_and_takes_no_more) {
  auto made = make_loop(loop.name());
  BOOST_REQUIRE(made.ok());
  auto other = made.take();
  const auto held = std::make_shared<int>(0);
  const std::shared_ptr<Mailbox> mailbox = other->mailbox();
  // What a dropped task owns may still post.
  struct PostsAtItsEnd {
    std::shared_ptr<Mailbox> mailbox;
    explicit PostsAtItsEnd(std::shared_ptr<Mailbox> box) : mailbox(std::move(box)) {}
    PostsAtItsEnd(PostsAtItsEnd&&) = default;
    PostsAtItsEnd(const PostsAtItsEnd&) = delete;
    PostsAtItsEnd& operator=(PostsAtItsEnd&&) = delete;
    PostsAtItsEnd& operator=(const PostsAtItsEnd&) = delete;
    ~PostsAtItsEnd() {
      if (mailbox != nullptr) mailbox->post([] {});
    }
  };
  other->post([held] { BOOST_ERROR("a dropped task ran"); });
  other->post([held, last = PostsAtItsEnd(mailbox)] {});
  other->run_after(0ms, [held] { BOOST_ERROR("a dropped timer fired"); });
  other->run_after(1h, [held, last = PostsAtItsEnd(mailbox)] {});
  BOOST_TEST(held.use_count() == 5);
  other.reset();
  BOOST_TEST(held.use_count() == 1);
  BOOST_TEST(!mailbox->post([held] {}));
  BOOST_TEST(held.use_count() == 1);
}

LOOP_CASE(threads_may_post_while_the_loop_goes) {
  for (std::size_t i = 0; i < scaled(50); ++i) {
    auto made = make_loop(loop.name());
    BOOST_REQUIRE(made.ok());
    auto other = made.take();
    const std::shared_ptr<Mailbox> mailbox = other->mailbox();
    std::vector<std::jthread> posters;
    std::atomic<int> started{0};
    for (int thread = 0; thread < 2; ++thread) {
      posters.emplace_back([&] {
        ++started;
        while (mailbox->post([] {})) {
        }
      });
    }
    while (started < 2) yield_processor();
    run_rounds(*other, 3);
    other.reset();
  }
}
