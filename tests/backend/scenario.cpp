#include "backend/scenario.hpp"

#include <array>

namespace weir::test {

namespace {

namespace ut = boost::unit_test;

constexpr std::array<std::string_view, 6> backends{"memory", "asio",  "select",
                                                   "poll",   "epoll", "spin"};

ut::test_suite& suite_in(ut::test_suite& parent, const std::string& name) {
  const ut::test_unit_id known = parent.get(name);
  if (known != ut::INV_TEST_UNIT_ID) return ut::framework::get<ut::test_suite>(known);
  auto* suite = BOOST_TEST_SUITE(name);
  parent.add(suite);
  return *suite;
}

}  // namespace

Scenario::Scenario(const char* name, const char* file, std::size_t line, Modes modes,
                   void (*body)(Bench&)) {
  const auto add = [&](ut::test_suite& suite, const Setting& setting) {
    suite.add(ut::make_test_case(
        [setting, body] {
          Bench bench(setting);
          body(bench);
        },
        name, file, line));
  };
  for (const std::string_view backend : backends) {
    ut::test_suite& suite = suite_in(ut::framework::master_test_suite(), std::string(backend));
    add(suite, {backend, Threads{}});
    if (modes != Modes::all || backend == "memory") continue;
    add(suite_in(suite, "2_threads"), {backend, Threads{.count = 2}});
    add(suite_in(suite, "4_threads"), {backend, Threads{.count = 4}});
    add(suite_in(suite, "thread_per_connection"), {backend, Threads{.per_connection = true}});
  }
}

}  // namespace weir::test
