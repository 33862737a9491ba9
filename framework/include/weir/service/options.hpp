// What a server is told once, before it starts. Layer: service.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/log.hpp"
#include "weir/core/time.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/session/options.hpp"

namespace weir {

/// How the connections of a server are spread over threads; on every backend.
struct Threads {
  /// Loops, each on a thread of its own, each accepting for itself.
  std::size_t count = 1;
  /// One loop accepts, and every connection gets a loop and a thread of its own; `count` is 1.
  bool per_connection = false;

  static constexpr std::size_t max_count = 1024;
  /// "1", "8", "per-connection".
  [[nodiscard]] static Result<Threads> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Threads&, const Threads&) = default;
};

struct ServerOptions {
  /// One of backends(): how the loops wait for their sockets.
  std::string backend = "asio";
  Threads threads{};
  Limits limits{};
  Flow flow{};
  Deadlines deadlines{};
  /// How long stop() gives connections that are busy, and a signal in run().
  Duration drain = std::chrono::seconds(10);
  /// Connections that wait to be accepted; the system may hold fewer.
  int backlog = 4096;
  /// run() drains at the first SIGINT or SIGTERM and ends at once at the second.
  bool handle_signals = true;
  /// run() calls it at SIGHUP, on a loop's thread, if it handles signals: to read files again. When
  /// it is empty, SIGHUP is left as it is.
  std::function<void()> on_hangup{};
  Log log{};
  /// Serve on this loop, which the caller runs, instead of loops and threads of the server's own.
  /// Outlives the server. `backend` and `threads` mean nothing then.
  EventLoop* loop = nullptr;
};

/// What one listener is told beside what its server is.
struct ListenerOptions {
  /// Of its socket, and of its connections.
  SocketOptions socket{};
  /// Of the file of a Unix socket.
  LocalFileOptions local_file{};
  /// Of udp://, unixgram://, unixpacket:// and mq://.
  MessageOptions messages{};
  /// What tls:// needs (weir/tls/tls.hpp), and nothing else takes.
  TransportFilterPtr tls{};
  /// Reads who the peer is from the first bytes, before TLS (weir/io/proxy_protocol.hpp).
  TransportFilterPtr proxy_protocol{};
};

}  // namespace weir
