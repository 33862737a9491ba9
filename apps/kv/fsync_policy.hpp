// FsyncPolicy: what --fsync says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::kv {

/// When what was written is made sure to be on the disk.
enum class FsyncPolicy : std::uint8_t { always, every_second, never };

/// "always", "everysec", "no": redis-server's words.
[[nodiscard]] std::string_view to_string(FsyncPolicy policy);
[[nodiscard]] std::optional<FsyncPolicy> parse_fsync(std::string_view text);

}  // namespace weir::kv
