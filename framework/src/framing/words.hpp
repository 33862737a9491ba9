// Words that several framings say, so that the same mistake reads the same everywhere.
// Layer: framing, its sources only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"

namespace weir::framing_words {

/// "1 byte", "5 bytes".
[[nodiscard]] std::string bytes(std::size_t count);

/// Why a message is not sent: "message of 5 bytes, the limit is 4".
[[nodiscard]] Error over_limit(std::size_t size, std::size_t maximum);

}  // namespace weir::framing_words
