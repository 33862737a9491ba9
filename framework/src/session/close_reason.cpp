#include "weir/session/close_reason.hpp"

#include <array>

namespace weir {

std::string_view to_string(CloseReason reason) {
  static constexpr std::array<std::string_view, close_reason_count> names{
      "none",
      "peer_ended",
      "unclean_end",
      "closed",
      "aborted",
      "peer_reset",
      "transport_failed",
      "truncated_frame",
      "malformed_frame",
      "frame_too_large",
      "unencodable_reply",
      "handler_failed",
      "file_failed",
      "slow_consumer",
      "frame_timeout",
      "handler_timeout",
      "write_timeout",
      "idle_timeout",
      "no_upstream",
      "upstream_failed",
      "displaced",
      "drained",
      "cut",
  };
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace weir
