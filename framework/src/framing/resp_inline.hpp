// split_inline: the arguments of an inline command, quoted as in redis-cli. Layer: framing,
// private.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The arguments of `line`, which has no end of line. `storage` takes what has quotes or escapes
/// out of them, and all views into it are made when it no longer moves. False when quotes do not
/// close, or close in the middle of a word, or a NUL stands in it.
bool split_inline(std::string_view line, std::vector<std::string_view>& arguments,
                  std::string& storage);
/// Would split_inline() answer true?
[[nodiscard]] bool is_inline(std::string_view line);

}  // namespace weir
