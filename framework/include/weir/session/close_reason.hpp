// CloseReason: why a connection ended. Every connection ends with exactly one, and its handler,
// the log and the counters all see the same. Layer: session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

enum class CloseReason : std::uint8_t {
  none,               // it has not ended
  peer_ended,         // the peer finished sending between two frames, and got its replies
  unclean_end,        // the stream stopped, and nobody knows whether the peer wanted that
  closed,             // the handler closed it
  aborted,            // the handler cut it
  peer_reset,         // the peer broke the connection off (ECONNRESET, EPIPE)
  transport_failed,   // the system failed: a network error, no memory
  truncated_frame,    // the peer finished sending in the middle of a frame
  malformed_frame,    // the bytes were no frame
  frame_too_large,    // a frame was longer than it may be
  unencodable_reply,  // the framing has no form for what the handler answered
  handler_failed,     // the handler threw
  file_failed,        // a file that was being sent became shorter, or could not be read
  slow_consumer,      // more was queued for the peer than may be
  frame_timeout,      // a frame began and did not end in time
  handler_timeout,    // the handler did not answer in time
  write_timeout,      // the peer took nothing for too long
  idle_timeout,       // nothing happened for too long
  no_upstream,        // a relay found nobody to join it to
  upstream_failed,    // the upstream that it was joined to broke off
  displaced,          // a newer peer needed its place (datagrams)
  drained,            // the server stopped, and nothing was outstanding
  cut,                // the server stopped, and this one did not end in time
};

inline constexpr std::size_t close_reason_count = static_cast<std::size_t>(CloseReason::cut) + 1;

/// The enumerator's name, as logs and metrics write it: "peer_ended".
[[nodiscard]] std::string_view to_string(CloseReason reason);

}  // namespace weir
