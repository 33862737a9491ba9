// Words that several framings say, so that the same mistake reads the same everywhere.
// Layer: framing, its sources only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"

namespace weir::framing_words {

/// `bytes` in double quotes, safe to print: the escapes of C, \xHH for what has none. Of more than
/// `most` bytes the first ones, and `...` behind the quotes.
[[nodiscard]] std::string quoted(std::string_view bytes, std::size_t most);

/// The first `most` bytes of a text that a person typed, as they are but for those that no terminal
/// shows; `...` behind them when there are more.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most);

/// "1 byte", "5 bytes".
[[nodiscard]] std::string bytes(std::size_t count);

/// Why a message is not sent: "message of 5 bytes, the limit is 4".
[[nodiscard]] Error over_limit(std::size_t size, std::size_t maximum);

}  // namespace weir::framing_words
