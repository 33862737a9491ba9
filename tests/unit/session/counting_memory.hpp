// How often the program asked for memory, by new or by malloc. What links counting_memory.cpp has
// its operator new replaced, and wants an executable of its own with -Wl,--wrap=malloc and friends,
// so that the library's own calls are seen as well, also under a sanitizer.
#pragma once

#include <cstddef>

namespace weir::test {

/// Since the program began.
[[nodiscard]] std::size_t allocations();

}  // namespace weir::test
