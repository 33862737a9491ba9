// Media types by the name of a file (RFC 9110, section 8.3.1, and the registry of IANA). Layer:
// http.
#pragma once

#include <string_view>

namespace weir::http {

/// The value of Content-Type for a file with that name or path: by what stands behind the last dot
/// of its last segment, whatever its case. `application/octet-stream` for what is not known, so
/// that no browser guesses at it as text. Text is said to be UTF-8.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

}  // namespace weir::http
