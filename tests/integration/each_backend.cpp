#include "integration/each_backend.hpp"

#include <boost/test/unit_test.hpp>

#include "weir/io/backend.hpp"

namespace weir::integration {

namespace {

namespace ut = boost::unit_test;

ut::test_suite& suite_of(const char* name, const char* file, int line) {
  auto* suite = new ut::test_suite(name, file, static_cast<std::size_t>(line));  // Boost's
  ut::framework::current_auto_test_suite().add(suite);
  return *suite;
}

}  // namespace

EachBackend::EachBackend(const char* name, void (*test)(const std::string&), const char* file,
                         int line) {
  ut::test_suite& suite = suite_of(name, file, line);
  for (const std::string_view each : backends()) {
    const std::string backend(each);
    suite.add(
        ut::make_test_case([=] { test(backend); }, backend, file, static_cast<std::size_t>(line)));
  }
}

EachServer::EachServer(const char* name, void (*test)(const std::string&, const std::string&),
                       const char* file, int line) {
  ut::test_suite& suite = suite_of(name, file, line);
  for (const std::string_view each : backends()) {
    for (const std::string threads : {"1", "2", "per-connection"}) {
      const std::string backend(each);
      const std::string place = threads == "per-connection" ? "per_connection" : threads;
      suite.add(ut::make_test_case([=] { test(backend, threads); }, backend + "_" + place, file,
                                   static_cast<std::size_t>(line)));
    }
  }
}

}  // namespace weir::integration
