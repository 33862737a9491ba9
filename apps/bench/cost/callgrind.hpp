// What callgrind writes, read.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::bench {

// The first number behind "totals:" of a profile: instructions read (Ir). Throws Failure.
std::uint64_t instructions_in(std::string_view profile);

}  // namespace weir::bench
