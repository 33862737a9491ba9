// The options that SCAN and HSCAN share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kv/command.hpp"

namespace weir::kv {

struct ScanOptions {
  std::size_t count = 10;
  std::string_view pattern = "*";
  std::optional<std::string_view> type{};
};

/// As redis-server reads it, with strtoul(3): "" is 0, "-1" the largest. Nothing after an error.
[[nodiscard]] std::optional<std::uint64_t> parse_cursor(Context& context, std::string_view text);
/// Options from the argument at `at` on; nothing after an error. `typed`: TYPE is an option.
[[nodiscard]] std::optional<ScanOptions> parse_scan(Context& context, const Arguments& arguments,
                                                    std::size_t at, bool typed);

}  // namespace weir::kv
