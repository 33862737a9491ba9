// Processes on a bus and a real Redis, which are killed and come again: every message once and in
// order, and what cannot be had is said.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "integration/program.hpp"
#include "integration/redis.hpp"
#include "weir/bus/bus.hpp"

namespace ut = boost::unit_test;
using weir::integration::Program;
using weir::integration::Redis;
using weir::integration::redis_installed;
using Lines = std::vector<std::string>;

namespace {

/// One process on the bus, and the lines that it has printed.
class Member {
 public:
  Member(const std::string& address, const std::string& name, int count, int size = 0)
      : program_({.command = {WEIR_BUS_MEMBER, address, name, std::to_string(count),
                              std::to_string(size)}}) {
    program_.wait_for_error("connected");
  }
  void wait_for(const std::string& line) {
    while (std::find(lines_.begin(), lines_.end(), line) == lines_.end()) {
      lines_.push_back(program_.read_line());
    }
  }
  void signal(int number) { program_.signal(number); }
  void wait_for_error(const std::string& part) { program_.wait_for_error(part); }
  void kill() {
    program_.signal(SIGKILL);
    program_.wait();
  }
  /// The lines that begin with `part`, what comes behind it.
  [[nodiscard]] Lines lines(const std::string& part) const {
    Lines found;
    for (const std::string& line : lines_) {
      if (line.starts_with(part)) found.push_back(line.substr(part.size()));
    }
    return found;
  }

 private:
  Program program_;
  Lines lines_;
};

Lines numbers(int from, int to) {
  Lines all;
  for (int i = from; i <= to; ++i) all.push_back(std::to_string(i));
  return all;
}

/// Without a hole and without a double, from wherever it begins to wherever it ends.
void expect_unbroken(const Lines& lines) {
  BOOST_REQUIRE(!lines.empty());
  const int first = std::stoi(lines.front());
  BOOST_TEST(lines == numbers(first, first + static_cast<int>(lines.size()) - 1),
             boost::test_tools::per_element());
}

}  // namespace

BOOST_TEST_DECORATOR(*ut::precondition(redis_installed))
BOOST_AUTO_TEST_SUITE(bus)

BOOST_AUTO_TEST_CASE(no_message_is_lost_or_doubled_while_redis_and_a_process_are_killed) {
  Redis redis;
  Member one(redis.address(), "one", 2000);
  auto two = std::make_unique<Member>(redis.address(), "two", 1'000'000);
  one.wait_for("two 100");
  redis.kill();
  one.wait_for_error("lost");
  two->wait_for_error("lost");
  redis.start();
  one.wait_for("two 600");
  two->kill();
  Member again(redis.address(), "again", 500);
  one.wait_for("done");
  one.wait_for("again 500");
  again.wait_for("one 2000");
  again.wait_for("done");

  BOOST_TEST(one.lines("again ") == numbers(1, 500), boost::test_tools::per_element());
  expect_unbroken(one.lines("two "));
  expect_unbroken(again.lines("one "));
  BOOST_TEST(one.lines("lost").empty());
  BOOST_TEST(one.lines("wrong").empty());
  BOOST_TEST(again.lines("lost").empty());
  BOOST_TEST(again.lines("wrong").empty());
}

BOOST_AUTO_TEST_CASE(what_a_process_said_that_was_killed_while_redis_was_away_is_told_as_unknown) {
  Redis redis;
  Member one(redis.address(), "one", 1);
  Member two(redis.address(), "two", 1'000'000);
  one.wait_for("two 100");
  redis.kill();
  two.wait_for_error("lost");
  two.kill();
  redis.start();
  one.wait_for("lost 0");
  expect_unbroken(one.lines("two "));
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_redis_cuts_off_for_its_output_is_healed) {
  Redis redis("client-output-buffer-limit pubsub 65536 0 0");
  Member slow(redis.address(), "slow", 1);
  slow.wait_for("done");
  slow.signal(SIGSTOP);
  // A megabyte and more: the kernel takes less of it.
  Member one(redis.address(), "one", 300, 8192);
  one.wait_for("done");
  slow.signal(SIGCONT);
  slow.wait_for_error("lost");
  slow.wait_for("one 300");
  BOOST_TEST(slow.lines("one ") == numbers(1, 300), boost::test_tools::per_element());
  BOOST_TEST(slow.lines("lost").empty());
}

BOOST_AUTO_TEST_CASE(threads_publish_and_subscribe_at_once) {
  constexpr int threads = 4;
  constexpr int messages = 2000;
  Redis redis;
  // Declared before the buses, whose threads use them.
  std::promise<void> all;
  std::array<int, threads> next{};
  int heard = 0;
  bool in_order = true;
  std::atomic<int> connected{0};
  std::promise<void> both;
  const auto join = [&] {
    weir::BusOptions options;
    options.log = weir::Log(weir::LogLevel::off);
    weir::BusHooks hooks;
    hooks.on_state = [&](weir::BusState state, const weir::Error&) {
      if (state == weir::BusState::connected && ++connected == 2) both.set_value();
    };
    return weir::make_bus(redis.address(), std::move(options), std::move(hooks)).take();
  };
  const auto one = join();
  const auto two = join();
  const auto lobby = two->subscribe("lobby", [&](std::string_view text) {
    const auto from = static_cast<std::size_t>(text[0] - '0');
    in_order = in_order && text.substr(1) == std::to_string(next[from]++);
    if (++heard == threads * messages) all.set_value();
  });
  BOOST_REQUIRE(lobby.ok());
  both.get_future().wait();
  std::vector<std::thread> running;
  running.reserve(threads);
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < messages; ++i) {
        one->publish("lobby", std::to_string(t) + std::to_string(i));
        const auto passing =
            two->subscribe("room " + std::to_string(i % 7), [](std::string_view) {});
      }
    });
  }
  for (std::thread& each : running) each.join();
  all.get_future().wait();
  BOOST_TEST(in_order);
  BOOST_TEST(two->stats().lost == 0U);
}

BOOST_AUTO_TEST_CASE(a_password_is_given_and_a_wrong_one_is_told) {
  Redis redis("requirepass secret");
  Member one(redis.address(":secret@"), "one", 1);
  one.wait_for("done");
  Program wrong({.command = {WEIR_BUS_MEMBER, redis.address(":wrong@"), "two", "1", "0"}});
  wrong.wait_for_error("WRONGPASS");
}

BOOST_AUTO_TEST_SUITE_END()
