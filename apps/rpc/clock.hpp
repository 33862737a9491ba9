// The time of day, as services write it.
#pragma once

#include <string>

namespace weir::rpc {

/// "2026-11-21T22:30:00.123Z"
[[nodiscard]] std::string utc_now();
/// Seconds since 1970, UTC, to the millisecond.
[[nodiscard]] double unix_now();

}  // namespace weir::rpc
