// Percent-encoding (RFC 3986, section 2.1). Layer: web, private.
#pragma once

#include <string>
#include <string_view>

namespace weir::http {

/// `decoded` is `text` without its encoding; with `plus_is_space` as forms write it. False where a
/// '%' is not followed by two hexadecimal digits, and for NUL.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& decoded,
                                  bool plus_is_space = false);

}  // namespace weir::http
