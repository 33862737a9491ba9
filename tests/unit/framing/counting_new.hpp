// How often the program asked for memory. What links counting_new.cpp has its operator new
// replaced, so it wants an executable of its own.
#pragma once

#include <cstddef>

namespace weir::test {

/// Since the program began, by operator new and by all that is built on it.
[[nodiscard]] std::size_t allocations();
/// The bytes of those that were not given back.
[[nodiscard]] std::size_t bytes_in_use();

}  // namespace weir::test
