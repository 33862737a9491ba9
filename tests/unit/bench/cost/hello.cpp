// The hello servers that are compiled: their list, and what happens to those that do not compile.
#include "cost/hello.hpp"

#include <boost/test/unit_test.hpp>

#include "failure.hpp"

namespace {

using namespace weir::bench;

constexpr const char* list = R"([
  {"name": "mine", "source": "a.cpp", "compile": ["c++", "-std=c++20"], "link": ["-lx"]},
  {"name": "theirs", "missing": "libtheirs was not found"}
])";

}  // namespace

BOOST_AUTO_TEST_CASE(a_list_of_hellos_says_how_or_why_not) {
  const auto hellos = hellos_from_json(list);
  BOOST_REQUIRE(hellos.size() == 2U);
  BOOST_TEST(hellos[0].source == "a.cpp");
  BOOST_TEST(hellos[0].compile.size() == 2U);
  BOOST_TEST(hellos[0].link.at(0) == "-lx");
  BOOST_TEST(hellos[0].missing.empty());
  BOOST_TEST(hellos[1].missing == "libtheirs was not found");
}

BOOST_AUTO_TEST_CASE(what_is_no_list_of_hellos_is_refused) {
  BOOST_CHECK_THROW(hellos_from_json("[{]"), Failure);
  BOOST_CHECK_THROW(hellos_from_json(R"([{"name": "mine"}])"), Failure);
  BOOST_CHECK_THROW(
      hellos_from_json(R"([{"name": "mine", "source": "a", "compile": [], "link": []}])"), Failure);
}

BOOST_AUTO_TEST_CASE(a_hello_that_does_not_compile_or_is_missing_has_no_figure) {
  auto hellos = hellos_from_json(list);
  hellos[0].compile = {"false"};
  const auto readings = measure_hellos(hellos, 2, Interrupts{});
  BOOST_REQUIRE(readings.size() == 2U);
  BOOST_TEST(readings[0].skipped == "a.cpp does not compile");
  BOOST_TEST(readings[0].seconds.empty());
  BOOST_TEST(readings[1].skipped == "libtheirs was not found");
}
