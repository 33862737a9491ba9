// The system's socket calls, each with the care it needs, for every backend.
// Layer: io, private. Short and interrupted calls are handled here and nowhere else.
#pragma once

#include <span>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/descriptor.hpp"
#include "weir/io/event_loop.hpp"

namespace weir::net {

/// What one call moved. `error` is an errno value, 0 when all is well; "would block" is no error
/// and moves nothing.
struct Transfer {
  std::size_t bytes = 0;
  int error = 0;
  bool end = false;  // a read: the peer has finished sending
};

/// A non-blocking listening socket on `address`. A shared port is taken only when nobody outside
/// of this process listens there: the kernel alone would split the traffic with a second server.
[[nodiscard]] Result<Descriptor> open_listener(const SocketAddress& address,
                                               const ListenOptions& options);

/// A non-blocking socket whose connect() has begun; the error when it failed at once.
[[nodiscard]] Result<Descriptor> begin_connect(const SocketAddress& address);
/// 0 when `descriptor` is connected, EINPROGRESS while it is not yet, else why it failed.
/// Asks connect() again, which tells all three apart on every backend.
[[nodiscard]] int connect_progress(int descriptor, const SocketAddress& address);

[[nodiscard]] Transfer receive(int descriptor, std::span<char> into);
/// One piece goes through send(), several through sendmsg(), which costs more. No SIGPIPE.
[[nodiscard]] Transfer send(int descriptor, std::span<const std::string_view> pieces);

[[nodiscard]] SocketAddress local_address(int descriptor);
[[nodiscard]] SocketAddress peer_address(int descriptor);
/// SO_ERROR, which it clears.
[[nodiscard]] int pending_error(int descriptor);

}  // namespace weir::net
