// One scenario, every backend: SCENARIO(name) { ... } is a test case of each backend's suite, so
// that ctest shows backend.conformance/select/half_close_gets_the_reply. CORE_SCENARIO is also run
// in every mode of threads, e.g. backend.conformance/select/4_threads/... The body sees `bench`.
#pragma once

#include <boost/test/unit_test.hpp>

#include "backend/bench.hpp"

namespace weir::test {

enum class Modes : unsigned char { one_loop, all };

struct Scenario {
  Scenario(const char* name, const char* file, std::size_t line, Modes modes, void (*body)(Bench&));
};

}  // namespace weir::test

#define WEIR_SCENARIO(name, modes)                                                                \
  static void name(::weir::test::Bench& bench);                                                   \
  static const ::weir::test::Scenario name##_registered(#name, __FILE__, __LINE__, modes, &name); \
  static void name(::weir::test::Bench& bench)

#define SCENARIO(name) WEIR_SCENARIO(name, ::weir::test::Modes::one_loop)
#define CORE_SCENARIO(name) WEIR_SCENARIO(name, ::weir::test::Modes::all)
