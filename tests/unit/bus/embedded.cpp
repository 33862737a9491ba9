// The bus of one process: every subscriber, once, in order, on its loop; and its bounds.
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weir/bus/bus.hpp"
#include "weir/io/backend.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

using weir::Published;
using weir::testing::MemoryLoop;
using Heard = std::vector<std::string>;

struct Bench {
  explicit Bench(weir::BusLimits limits = {}) {
    weir::BusOptions options;
    options.loop = &loop;
    options.limits = limits;
    options.log = weir::Log(weir::LogLevel::off);
    bus = weir::make_bus("embedded", std::move(options)).take();
  }
  weir::Subscription hear(std::string_view topic, Heard& heard,
                          weir::SubscribeOptions options = {}) {
    options.on_lost = [&heard](std::uint64_t count) {
      heard.push_back("lost " + std::to_string(count));
    };
    return bus
        ->subscribe(
            topic, [&heard](std::string_view message) { heard.emplace_back(message); },
            std::move(options))
        .take();
  }

  MemoryLoop loop;
  std::unique_ptr<weir::Bus> bus;
};

/// A loop on a thread of its own.
class Running {
 public:
  Running() : thread_([this] { loop_->run(); }) {}
  ~Running() {
    loop_->post([this] { loop_->stop(); });
    thread_.join();
  }
  [[nodiscard]] weir::LoopHandle handle() const { return weir::LoopHandle(*loop_); }
  [[nodiscard]] std::thread::id id() const { return thread_.get_id(); }

 private:
  std::unique_ptr<weir::EventLoop> loop_ = weir::make_loop("epoll").take();
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(embedded)

BOOST_AUTO_TEST_CASE(every_subscriber_of_a_topic_hears_it_once_and_in_order) {
  Bench bench;
  Heard one;
  Heard two;
  Heard other;
  const auto first = bench.hear("lobby", one);
  const auto second = bench.hear("lobby", two);
  const auto third = bench.hear("hall", other);
  for (const char* message : {"a", "", "b"}) {
    BOOST_TEST((bench.bus->publish("lobby", message) == Published::sent));
  }
  BOOST_TEST(one.empty());  // never inside of publish()
  bench.loop.run_ready();
  const Heard expected{"a", "", "b"};
  BOOST_TEST(one == expected, boost::test_tools::per_element());
  BOOST_TEST(two == expected, boost::test_tools::per_element());
  BOOST_TEST(other.empty());
  BOOST_TEST(bench.bus->stats().published == 3U);
  BOOST_TEST(bench.bus->stats().delivered == 6U);
  BOOST_TEST(bench.bus->stats().topics == 2U);
  BOOST_TEST((bench.bus->state() == weir::BusState::connected));
}

BOOST_AUTO_TEST_CASE(who_left_hears_nothing_more_not_even_what_waited) {
  Bench bench;
  Heard heard;
  auto lobby = bench.hear("lobby", heard);
  bench.bus->publish("lobby", "a");
  lobby.reset();
  bench.loop.run_ready();
  BOOST_TEST(heard.empty());
  BOOST_TEST(bench.bus->stats().topics == 0U);
}

BOOST_AUTO_TEST_CASE(a_callback_may_leave_publish_and_destroy_the_bus) {
  Bench bench;
  Heard heard;
  weir::Subscription lobby;
  lobby = bench.bus
              ->subscribe("lobby",
                          [&](std::string_view message) {
                            heard.emplace_back(message);
                            bench.bus->publish("lobby", "again");
                            lobby.reset();
                            bench.bus.reset();
                          })
              .take();
  bench.bus->publish("lobby", "a");
  bench.bus->publish("lobby", "b");
  bench.loop.run_ready();
  BOOST_TEST(heard == Heard{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_subscription_may_outlive_its_bus) {
  Bench bench;
  Heard heard;
  const auto lobby = bench.hear("lobby", heard);
  bench.bus.reset();
  bench.loop.run_ready();
  BOOST_TEST(heard.empty());
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_hears_the_next_message) {
  Bench bench;
  int calls = 0;
  const auto lobby = bench.bus
                         ->subscribe("lobby",
                                     [&](std::string_view) {
                                       ++calls;
                                       throw std::runtime_error("no");
                                     })
                         .take();
  bench.bus->publish("lobby", "a");
  bench.bus->publish("lobby", "b");
  bench.loop.run_ready();
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_full_queue_loses_the_oldest_and_says_how_many_in_its_place) {
  Bench bench;
  Heard heard;
  const auto lobby = bench.hear("lobby", heard, {.messages = 2});
  for (const char* message : {"a", "b", "c", "d"}) bench.bus->publish("lobby", message);
  bench.loop.run_ready();
  bench.bus->publish("lobby", "e");
  bench.loop.run_ready();
  const Heard expected{"lost 2", "c", "d", "e"};
  BOOST_TEST(heard == expected, boost::test_tools::per_element());
  BOOST_TEST(bench.bus->stats().overflowed == 2U);
}

BOOST_AUTO_TEST_CASE(a_queue_is_bounded_in_bytes_as_well) {
  Bench bench;
  Heard heard;
  const auto lobby = bench.hear("lobby", heard, {.bytes = 4});
  for (const char* message : {"aaa", "bbb", "ccccccc"}) bench.bus->publish("lobby", message);
  bench.loop.run_ready();
  const Heard expected{"lost 2", "ccccccc"};
  BOOST_TEST(heard == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_over_a_limit_is_rejected_and_counted) {
  Bench bench({.topic = 5, .message = 3, .topics = 1});
  Heard heard;
  BOOST_TEST((bench.bus->publish("lobbyx", "a") == Published::rejected));
  BOOST_TEST((bench.bus->publish("", "a") == Published::rejected));
  BOOST_TEST((bench.bus->publish("lobby", "aaaa") == Published::rejected));
  BOOST_TEST((bench.bus->publish("lobby", "aaa") == Published::sent));
  BOOST_TEST(bench.bus->stats().rejected == 3U);
  BOOST_TEST(!bench.bus->subscribe("lobbyx", [](std::string_view) {}).ok());
  const auto lobby = bench.hear("lobby", heard);
  const auto again = bench.hear("lobby", heard);
  const auto other = bench.bus->subscribe("hall", [](std::string_view) {});
  BOOST_REQUIRE(!other.ok());
  BOOST_TEST(other.error().message == "a topic more than the limit of 1");
}

BOOST_AUTO_TEST_CASE(callbacks_come_on_the_loop_that_was_named) {
  Running one;
  auto bus = weir::make_bus().take();
  std::promise<std::thread::id> on_named;
  std::promise<std::thread::id> on_own;
  const auto named = bus->subscribe(
      "lobby", [&](std::string_view) { on_named.set_value(std::this_thread::get_id()); },
      {.loop = one.handle()});
  const auto own = bus->subscribe(
      "lobby", [&](std::string_view) { on_own.set_value(std::this_thread::get_id()); });
  bus->publish("lobby", "a");
  BOOST_TEST((on_named.get_future().get() == one.id()));
  const auto owns = on_own.get_future().get();
  BOOST_TEST((owns != one.id()));
  BOOST_TEST((owns != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(subscribers_on_several_loops_see_one_order_of_several_publishers) {
  constexpr int publishers = 3;
  constexpr int messages = 2000;
  std::array<Running, 2> loops;
  auto bus = weir::make_bus().take();
  std::array<Heard, 2> heard;
  std::array<std::promise<void>, 2> all;
  std::vector<weir::Subscription> subscriptions;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    subscriptions.push_back(bus->subscribe("lobby",
                                           [&, i](std::string_view message) {
                                             heard[i].emplace_back(message);
                                             if (heard[i].size() == publishers * messages) {
                                               all[i].set_value();
                                             }
                                           },
                                           {.loop = loops[i].handle()})
                                .take());
  }
  std::vector<std::thread> threads;
  threads.reserve(publishers);
  for (int p = 0; p < publishers; ++p) {
    threads.emplace_back([&bus, p] {
      for (int i = 0; i < messages; ++i) {
        bus->publish("lobby", std::to_string(p) + ' ' + std::to_string(i));
      }
    });
  }
  for (auto& each : threads) each.join();
  for (auto& each : all) each.get_future().wait();
  BOOST_TEST((heard[0] == heard[1]));
  std::array<int, publishers> next{};
  for (const std::string& message : heard[0]) {
    const auto p = static_cast<std::size_t>(message[0] - '0');
    BOOST_REQUIRE(message.substr(2) == std::to_string(next[p]++));
  }
}

BOOST_AUTO_TEST_CASE(leaving_waits_for_the_callback_that_runs_on_another_thread) {
  Running loop;
  auto bus = weir::make_bus().take();
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> ended{false};
  auto lobby = bus->subscribe("lobby",
                              [&](std::string_view) {
                                entered.set_value();
                                leave.get_future().wait();
                                ended = true;
                              },
                              {.loop = loop.handle()})
                   .take();
  bus->publish("lobby", "a");
  entered.get_future().wait();
  std::thread releases([&] { leave.set_value(); });
  lobby.reset();
  BOOST_TEST(ended.load());
  releases.join();
}

BOOST_AUTO_TEST_CASE(a_bus_with_a_thread_of_its_own_may_end_inside_a_callback) {
  auto bus = weir::make_bus().take();
  std::promise<void> ended;
  weir::Subscription lobby;
  lobby = bus->subscribe("lobby",
                         [&](std::string_view) {
                           bus.reset();
                           ended.set_value();
                         })
              .take();
  bus->publish("lobby", "a");
  ended.get_future().wait();
}

BOOST_AUTO_TEST_CASE(an_address_that_is_none_is_an_error) {
  const auto bus = weir::make_bus("radis://localhost");
  BOOST_REQUIRE(!bus.ok());
  BOOST_TEST(bus.error().message.find("redis://") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
