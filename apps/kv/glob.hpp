// Patterns of keys and channels: * ? [abc] [a-z] [^a] and \ before any of these.
#pragma once

#include <string_view>

namespace weir::kv {

/// In time of at most both sizes multiplied, whatever the pattern.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace weir::kv
