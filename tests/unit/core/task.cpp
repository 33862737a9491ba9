// UniqueFunction: callables small and big, what they own, and when it is let go.
#include "weir/core/task.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace weir;

namespace {

/// Too big for the inside of a UniqueFunction.
struct Ballast {
  std::array<char, 200> bytes{};
};

int twice(int number) { return 2 * number; }

}  // namespace

BOOST_AUTO_TEST_SUITE(task)

BOOST_AUTO_TEST_CASE(an_empty_task_says_so) {
  const Task empty{};
  BOOST_TEST(!empty);
  const Task full = [] {};
  BOOST_TEST(static_cast<bool>(full));
}

BOOST_AUTO_TEST_CASE(it_calls_a_lambda_and_a_function) {
  int called = 0;
  Task task = [&called] { ++called; };
  task();
  task();
  BOOST_TEST(called == 2);
  UniqueFunction<int(int)> function = twice;
  BOOST_TEST(function(21) == 42);
}

BOOST_AUTO_TEST_CASE(a_callable_keeps_its_state_from_call_to_call) {
  UniqueFunction<int()> counter = [count = 0]() mutable { return ++count; };
  BOOST_TEST(counter() == 1);
  BOOST_TEST(counter() == 2);
}

BOOST_AUTO_TEST_CASE(arguments_go_in_and_results_come_out_without_a_copy) {
  UniqueFunction<std::unique_ptr<int>(std::unique_ptr<int>)> add = [](std::unique_ptr<int> number) {
    ++*number;
    return number;
  };
  BOOST_TEST(*add(std::make_unique<int>(6)) == 7);
  UniqueFunction<void(std::string&)> change = [](std::string& text) { text += "!"; };
  std::string text = "a";
  change(text);
  BOOST_TEST(text == "a!");
}

BOOST_AUTO_TEST_CASE(a_result_may_be_thrown_away) {
  UniqueFunction<void()> task = [] { return 7; };
  task();
}

BOOST_AUTO_TEST_CASE(it_owns_what_cannot_be_copied) {
  UniqueFunction<int()> task = [number = std::make_unique<int>(7)] { return *number; };
  UniqueFunction<int()> moved = std::move(task);
  BOOST_TEST(moved() == 7);
  BOOST_TEST(!task);
}

BOOST_AUTO_TEST_CASE(a_big_callable_moves_as_well_as_a_small_one) {
  Ballast ballast;
  ballast.bytes.back() = 'x';
  UniqueFunction<char()> task = [ballast, number = std::make_unique<int>(7)] {
    return *number == 7 ? ballast.bytes.back() : '?';
  };
  UniqueFunction<char()> moved = std::move(task);
  BOOST_TEST(!task);
  BOOST_TEST(moved() == 'x');
  task = std::move(moved);
  BOOST_TEST(!moved);
  BOOST_TEST(task() == 'x');
}

BOOST_AUTO_TEST_CASE(what_is_captured_is_destroyed_once_small_or_big) {
  const auto witness = std::make_shared<int>(0);
  {
    Task small = [witness] {};
    Task big = [witness, ballast = Ballast()] {};
    BOOST_TEST(witness.use_count() == 3);
    Task moved_small = std::move(small);
    Task moved_big = std::move(big);
    BOOST_TEST(witness.use_count() == 3);
    moved_small = Task();
    BOOST_TEST(witness.use_count() == 2);
    moved_big = [] {};
    BOOST_TEST(witness.use_count() == 1);
    small = [witness] {};
    BOOST_TEST(witness.use_count() == 2);
  }
  BOOST_TEST(witness.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(moving_onto_itself_changes_nothing) {
  UniqueFunction<int()> task = [number = std::make_unique<int>(7)] { return *number; };
  UniqueFunction<int()>& same = task;
  task = std::move(same);
  BOOST_TEST(task() == 7);
}

BOOST_AUTO_TEST_CASE(an_exception_passes_through) {
  Task task = [] { throw std::string("mistake"); };
  BOOST_CHECK_THROW(task(), std::string);
}

BOOST_AUTO_TEST_SUITE_END()
