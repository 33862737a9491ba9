// gzip: a body as the coding of that name has it (RFC 9110, section 8.4.1.3). Layer: web, private.
#pragma once

#include <string_view>

#include "weir/core/buffer.hpp"

namespace weir::http {

/// Appends `bytes`, compressed; false, and nothing of use appended, where that is no shorter, or
/// where the library was built without zlib. Throws std::bad_alloc.
[[nodiscard]] bool gzip(std::string_view bytes, int level, Buffer& output);

}  // namespace weir::http
