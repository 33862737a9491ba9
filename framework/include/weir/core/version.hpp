// The version of the library that a program runs with. Layer: core.
#pragma once

#include <string_view>

namespace weir {

/// "0.1.0": major, minor, patch.
[[nodiscard]] std::string_view version();

}  // namespace weir
