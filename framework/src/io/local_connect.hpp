// connect_local: connecting where it takes no time: to a Unix socket, by UDP, to a message queue,
// or to what the process was given connected. For every backend. Layer: io, private.
#pragma once

#include "weir/io/event_loop.hpp"

namespace weir {

/// True for all addresses but those of TCP.
[[nodiscard]] bool connects_at_once(const SocketAddress& address);

/// As EventLoop::connect(). A Unix listener whose backlog is full has no room now and never says
/// when it has: it is asked again until the deadline.
void connect_local(EventLoop& loop, const SocketAddress& address, const ConnectOptions& options,
                   EventLoop::ConnectHandler handler);

}  // namespace weir
