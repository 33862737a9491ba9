// What code of others has thrown, in words. Layer: core, sources only.
#pragma once

#include <string>

namespace weir {

/// What the exception says that is being handled. Only in a `catch`.
[[nodiscard]] std::string thrown_text();

}  // namespace weir
