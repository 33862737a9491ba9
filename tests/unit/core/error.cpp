// Errors as values: what a Status and a Result hold, and the words of the system's errors.
#include "weir/core/error.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <memory>
#include <stdexcept>

using namespace weir;

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(a_status_is_success_until_it_is_given_an_error) {
  const Status good;
  BOOST_TEST(good.ok());
  BOOST_TEST(static_cast<bool>(good));
  const Status bad = Error{"no such thing", ENOENT};
  BOOST_TEST(!bad.ok());
  BOOST_TEST(!static_cast<bool>(bad));
  BOOST_TEST(bad.error().message == "no such thing");
  BOOST_TEST(bad.error().code == ENOENT);
}

BOOST_AUTO_TEST_CASE(a_status_is_one_pointer_wide) { BOOST_TEST(sizeof(Status) == sizeof(void*)); }

BOOST_AUTO_TEST_CASE(a_result_is_a_value_or_an_error) {
  const Result<int> seven = 7;
  BOOST_TEST(seven.ok());
  BOOST_TEST(seven.value() == 7);
  const Result<int> none = Error{"not a number"};
  BOOST_TEST(!none.ok());
  BOOST_TEST(!static_cast<bool>(none));
  BOOST_TEST(none.error().message == "not a number");
  BOOST_TEST(none.error().code == 0);
}

BOOST_AUTO_TEST_CASE(a_result_may_hold_what_cannot_be_copied_and_lets_it_go) {
  Result<std::unique_ptr<int>> held = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = held.take();
  BOOST_TEST(*taken == 7);
  BOOST_TEST((held.value() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_result_of_a_string_keeps_value_and_error_apart) {
  const Result<std::string> value = std::string("text");
  const Result<std::string> mistake = Error{"text"};
  BOOST_TEST(value.ok());
  BOOST_TEST(!mistake.ok());
}

BOOST_AUTO_TEST_CASE(the_value_of_an_error_throws_its_message) {
  Result<std::string> mistake = Error{"nobody is there"};
  const auto says = [](const std::runtime_error& thrown) {
    return std::string_view(thrown.what()) == "nobody is there";
  };
  BOOST_CHECK_EXCEPTION(static_cast<void>(mistake.value()), std::runtime_error, says);
  BOOST_CHECK_EXCEPTION(static_cast<void>(mistake.take()), std::runtime_error, says);
}

BOOST_AUTO_TEST_CASE(the_systems_error_names_the_object_and_the_reason) {
  const Error error = system_error("cannot listen on tcp://127.0.0.1:7000", EADDRINUSE);
  BOOST_TEST(error.message == "cannot listen on tcp://127.0.0.1:7000: Address already in use");
  BOOST_TEST(error.code == EADDRINUSE);
}

BOOST_AUTO_TEST_SUITE_END()
