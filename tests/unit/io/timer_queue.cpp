// TimerQueue against a model that is too simple to be wrong.
#include "weir/io/timer_queue.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "weir/core/task.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;

TimePoint at(int time) { return TimePoint(std::chrono::milliseconds(time)); }

/// Does something, or nothing, when its time has come.
class Alarm final : public Timer {
 public:
  ~Alarm() override = default;
  Task action;
  int rang = 0;
  bool abandoned = false;

 private:
  void on_timer() override {
    BOOST_TEST(!armed());
    ++rang;
    if (action) action();
  }
  void on_abandoned() override { abandoned = true; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(timer_queue)

BOOST_AUTO_TEST_CASE(random_operations_do_what_a_sorted_list_would_do) {
  std::minstd_rand random(12345);
  constexpr std::size_t count = 60;
  std::vector<int> rang;
  TimerQueue queue;
  std::vector<std::unique_ptr<Alarm>> alarms;
  std::vector<std::optional<int>> model(count);
  const auto renew = [&](std::size_t i) {
    alarms[i] = std::make_unique<Alarm>();
    alarms[i]->action = [&rang, &model, i] {
      rang.push_back(*model[i]);
      model[i].reset();
    };
  };
  alarms.resize(count);
  for (std::size_t i = 0; i < count; ++i) renew(i);
  int now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t i = random() % count;
    switch (random() % 8) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const int when = now - 5 + static_cast<int>(random() % 100);
        queue.arm(*alarms[i], at(when));
        model[i] = when;
        break;
      }
      case 4:
        alarms[i]->cancel();
        model[i].reset();
        break;
      case 5:
        renew(i);  // destroys an armed one
        model[i].reset();
        break;
      default: {
        now += static_cast<int>(random() % 10);
        std::vector<int> due;
        for (const auto& when : model) {
          if (when.has_value() && *when <= now) due.push_back(*when);
        }
        std::sort(due.begin(), due.end());
        rang.clear();
        queue.expire(at(now));
        BOOST_REQUIRE(rang == due);
      }
    }
    std::optional<int> next;
    for (std::size_t k = 0; k < count; ++k) {
      BOOST_REQUIRE(alarms[k]->armed() == model[k].has_value());
      if (!model[k].has_value()) continue;
      BOOST_REQUIRE((alarms[k]->when() == at(*model[k])));
      if (!next.has_value() || *model[k] < *next) next = model[k];
    }
    BOOST_REQUIRE(queue.empty() == !next.has_value());
    BOOST_REQUIRE((queue.next() == (next.has_value() ? at(*next) : TimerQueue::never)));
  }
}

BOOST_AUTO_TEST_CASE(a_timer_armed_again_for_the_past_waits_for_the_next_call) {
  TimerQueue queue;
  Alarm eager;
  Alarm patient;
  Alarm late;
  std::vector<Alarm> others(10);
  for (Alarm& other : others) queue.arm(other, at(1000));
  eager.action = [&] { queue.arm(eager, at(0)); };
  queue.arm(eager, at(1));
  queue.arm(patient, at(2));
  queue.arm(late, at(11));
  queue.expire(at(10));
  BOOST_TEST(eager.rang == 1);
  BOOST_TEST(patient.rang == 1);
  BOOST_TEST(late.rang == 0);
  BOOST_TEST(eager.armed());
  BOOST_TEST((queue.next() == at(0)));
  queue.expire(at(10));
  BOOST_TEST(eager.rang == 2);
}

BOOST_AUTO_TEST_CASE(a_call_fires_no_more_than_it_is_told_and_leaves_the_latest) {
  TimerQueue queue;
  std::vector<Alarm> alarms(5);
  for (std::size_t i = 0; i < alarms.size(); ++i) queue.arm(alarms[i], at(static_cast<int>(i)));
  alarms[0].action = [&] { queue.arm(alarms[0], at(1)); };
  queue.expire(at(10), 2);
  BOOST_TEST(alarms[0].rang == 1);
  BOOST_TEST(alarms[1].rang == 1);
  BOOST_TEST(alarms[2].rang == 0);
  BOOST_TEST((queue.next() == at(1)));
  queue.expire(at(10), 2);
  BOOST_TEST(alarms[0].rang == 2);
  BOOST_TEST(alarms[2].rang == 1);
  BOOST_TEST((queue.next() == at(1)));
  queue.expire(at(10), 0);
  BOOST_TEST(alarms[3].rang == 0);
}

BOOST_AUTO_TEST_CASE(what_a_callback_arms_for_the_past_may_be_moved_and_cancelled_by_the_next) {
  TimerQueue queue;
  std::vector<Alarm> armed(4);
  Alarm first;
  Alarm second;
  first.action = [&] {
    for (Alarm& alarm : armed) queue.arm(alarm, at(1));
  };
  second.action = [&] {
    armed[0].cancel();
    queue.arm(armed[1], at(50));
    queue.arm(armed[3], at(3));
  };
  queue.arm(first, at(1));
  queue.arm(second, at(2));
  queue.expire(at(10));
  BOOST_TEST(!armed[0].armed());
  BOOST_TEST((armed[1].when() == at(50)));
  BOOST_TEST((queue.next() == at(1)));
  queue.expire(at(10));
  BOOST_TEST(armed[0].rang == 0);
  BOOST_TEST(armed[1].rang == 0);
  BOOST_TEST(armed[2].rang == 1);
  BOOST_TEST(armed[3].rang == 1);
  queue.expire(at(50));
  BOOST_TEST(armed[1].rang == 1);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_callback_may_cancel_move_and_destroy_others_that_are_due) {
  TimerQueue queue;
  Alarm first;
  Alarm cancelled;
  Alarm moved;
  auto destroyed = std::make_unique<Alarm>();
  Alarm last;
  first.action = [&] {
    cancelled.cancel();
    queue.arm(moved, at(20));
    destroyed.reset();
  };
  int time = 1;
  for (Alarm* alarm : {&first, &cancelled, &moved, destroyed.get(), &last}) {
    queue.arm(*alarm, at(time++));
  }
  queue.expire(at(10));
  BOOST_TEST(cancelled.rang == 0);
  BOOST_TEST(moved.rang == 0);
  BOOST_TEST(last.rang == 1);
  queue.expire(at(20));
  BOOST_TEST(moved.rang == 1);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_timer_may_destroy_its_owner) {
  TimerQueue queue;
  auto alarm = std::make_unique<Alarm>();
  alarm->action = [&] { alarm.reset(); };
  queue.arm(*alarm, at(1));
  queue.expire(at(1));
  BOOST_TEST(alarm == nullptr);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_timer_may_move_from_one_queue_to_another) {
  TimerQueue first;
  TimerQueue second;
  Alarm alarm;
  first.arm(alarm, at(1));
  second.arm(alarm, at(2));
  BOOST_TEST(first.empty());
  second.expire(at(2));
  BOOST_TEST(alarm.rang == 1);
}

BOOST_AUTO_TEST_CASE(a_queue_that_goes_abandons_its_timers) {
  Alarm alarm;
  {
    TimerQueue queue;
    queue.arm(alarm, at(1));
  }
  BOOST_TEST(alarm.abandoned);
  BOOST_TEST(!alarm.armed());
  alarm.cancel();
}

BOOST_AUTO_TEST_CASE(never_never_comes) {
  TimerQueue queue;
  Alarm alarm;
  queue.arm(alarm, TimerQueue::never);
  queue.expire(at(1'000'000));
  BOOST_TEST(alarm.rang == 0);
  BOOST_TEST((later(at(1), Duration::max()) == TimerQueue::never));
  BOOST_TEST((later(at(1), 2ms) == at(3)));
}

BOOST_AUTO_TEST_SUITE_END()
