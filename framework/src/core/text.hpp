// Bytes of strangers, made safe to print. Layer: core, sources only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::text {

/// `bytes` in double quotes: the escapes of C, \xHH for what has none. Of more than `most` bytes
/// the first ones, and `...` behind the quotes.
[[nodiscard]] std::string quoted(std::string_view bytes, std::size_t most);

/// The first `most` bytes of a text that a person typed, as they are but for those that no terminal
/// shows; `...` behind them when there are more.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 100);

}  // namespace weir::text
