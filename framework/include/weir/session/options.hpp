// What a connection may use and for how long: every limit, deadline and watermark, with a default
// that is safe to keep. Layer: session. All are finite; 0 turns a deadline off.
#pragma once

#include <cstddef>

#include "weir/core/time.hpp"
#include "weir/framing/framing.hpp"

namespace weir {

struct Limits {
  /// Connections of a server at once; one more is refused at once and counted.
  std::size_t connections = 10'000;
  /// Bytes of a frame's payload, where the framing was given no maximum of its own; a longer one
  /// ends the stream with frame_too_large, and nothing is allocated for it.
  std::size_t frame = default_max_frame;
};

/// Bytes that wait to be sent to one peer.
struct Flow {
  /// From here on the connection is not read, so that the pressure reaches the source.
  std::size_t high_watermark = 256 * 1024;
  /// Reading goes on from here.
  std::size_t low_watermark = 64 * 1024;
  /// More than this ends the connection with slow_consumer.
  std::size_t max_queued = 8 * 1024 * 1024;
  /// Bytes that are read and dropped after the end was decided, so that the peer can still read our
  /// last reply; after them the connection is closed over what may be unread.
  std::size_t max_discarded = 1024 * 1024;
  /// While a handler is out that is not awaited when the peer has gone (Protocol::ends_with_peer),
  /// so much of what the peer sends is read and kept, for only reading on shows that it has gone.
  std::size_t read_ahead = 64 * 1024;
  /// The peer's end of sending is not the end of the connection: it stays open for writing until
  /// the handler closes it.
  bool keep_half_open = false;
};

struct Deadlines {
  /// From the first byte of a frame to its last.
  Duration frame = std::chrono::seconds(10);
  /// For a handler that answers later.
  Duration handler = std::chrono::seconds(30);
  /// Between two moments at which the peer took something of what waits for it.
  Duration write = std::chrono::seconds(30);
  /// Without a byte either way, and nothing outstanding.
  Duration idle = std::chrono::seconds(300);
  /// After our own end of sending: how long the peer's last bytes are awaited and dropped, because
  /// closing over unread bytes resets the connection and can cost the peer our last reply.
  Duration linger = std::chrono::seconds(2);
  /// For connecting to a peer.
  Duration connect = std::chrono::seconds(10);
  /// For a transport that must agree with its peer before the first byte, as TLS does.
  Duration handshake = std::chrono::seconds(10);
};

struct ConnectionOptions {
  Limits limits;
  Flow flow;
  Deadlines deadlines;
};

}  // namespace weir
