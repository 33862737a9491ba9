// Every kind of test case Boost.Test knows, so that a kind that ctest would lose is noticed:
// structure.discovery counts them and runs the last one with its precondition broken.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace {

namespace ut = boost::unit_test;

boost::test_tools::assertion_result resource_is_there(ut::test_unit_id) {
  boost::test_tools::assertion_result result(std::getenv("WEIR_TEST_SKIP") == nullptr);
  result.message() << "the resource is not there";
  return result;
}

// A name may hold what the shell and CMake give a meaning to.
ut::test_case* awkward_case() {
  return ut::make_test_case([] { BOOST_TEST(true); }, R"(a;b "c" [d] ${e} $f \g (h) #i 'j' <k> &l)",
                            __FILE__, __LINE__);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_case_outside_of_any_suite) { BOOST_TEST(1 + 1 == 2); }

BOOST_AUTO_TEST_SUITE(outer)
BOOST_AUTO_TEST_SUITE(inner, *ut::description("a description: with * and / in it"))

BOOST_AUTO_TEST_CASE(a_nested_case, *ut::description("described, too")) { BOOST_TEST(true); }

BOOST_DATA_TEST_CASE(one_case_for_each_value, ut::data::make({1, 2, 3}), value) {
  BOOST_TEST(value > 0);
}

using Types = std::tuple<int, std::pair<int, char>>;
BOOST_AUTO_TEST_CASE_TEMPLATE(one_case_for_each_type, T, Types) { BOOST_TEST(sizeof(T) > 0U); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_TEST_DECORATOR(*ut::precondition(&resource_is_there))
BOOST_AUTO_TEST_CASE(a_case_that_needs_a_resource) { BOOST_TEST(true); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(empty)
BOOST_AUTO_TEST_SUITE_END()

// Registered by hand, before main() runs.
[[maybe_unused]] const bool awkward_case_is_registered = [] {
  ut::framework::current_auto_test_suite().add(awkward_case());
  return true;
}();
