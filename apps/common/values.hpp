// Numbers, sizes and times as a person writes them behind a flag.
// An error says what would be right: "expected a number from 1 to 1024".
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/time.hpp"

namespace weir::app {

/// A whole decimal number, from `low` to `high`.
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t low,
                                                 std::uint64_t high);

/// Bytes, from 1 to `high`: "65536", "64KiB", "1MiB", "1GiB".
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t high);

/// A time from 0 to a year: "500ms", "10s", "5m", "1h"; a number alone counts seconds.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

}  // namespace weir::app
