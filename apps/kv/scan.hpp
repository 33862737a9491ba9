// The options that SCAN and HSCAN share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kv/command.hpp"

namespace weir::kv {

struct ScanOptions {
  std::uint64_t cursor = 0;
  std::size_t count = 10;
  std::string_view pattern = "*";
  std::optional<std::string_view> type{};
};

/// The cursor is the argument at `at`; nothing after an error. `typed`: TYPE is an option.
[[nodiscard]] std::optional<ScanOptions> parse_scan(Context& context, const Arguments& arguments,
                                                    std::size_t at, bool typed);

}  // namespace weir::kv
