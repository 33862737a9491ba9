// The system's socket calls, each with the care it needs, for every backend.
// Layer: io, private. Short and interrupted calls are handled here and nowhere else.
#pragma once

#include <span>
#include <string_view>

#include "io/local_file.hpp"
#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/descriptor.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/file_range.hpp"

namespace weir::net {

/// What one call moved. `error` is an errno value, 0 when all is well; "would block" is no error
/// and moves nothing.
struct Transfer {
  std::size_t bytes = 0;
  int error = 0;
  bool end = false;  // a read: the peer has finished sending
};

/// A socket that listens, or that takes datagrams.
struct Listening {
  Descriptor socket;
  SocketAddress local;     // as the system says, and of which kind
  LocalFile file;          // where it has one of its own
  bool connected = false;  // inherited: it is one connection, not a listener
};

/// A non-blocking socket on `address`, of any kind but a queue; listening where its kind connects.
/// A shared port is taken only when nobody outside of this process listens there: the kernel alone
/// would split the traffic with a second server. The error names the address and the reason.
[[nodiscard]] Result<Listening> open_listener(const SocketAddress& address,
                                              const ListenOptions& options);

/// What Transport::max_message() is for `options` on a socket of that address: 0 for a stream.
[[nodiscard]] std::size_t max_message(const SocketAddress& address, const MessageOptions& options);

/// SOCK_STREAM and so on.
[[nodiscard]] int type_of(SocketKind kind);
/// bind(); false with errno.
[[nodiscard]] bool bind_to(int socket, const SocketAddress& address);
/// What came from another program becomes non-blocking, and is closed by exec(); false with errno.
[[nodiscard]] bool prepare_inherited(int descriptor);

/// A non-blocking socket of the address's family and kind, with `options`.
[[nodiscard]] Result<Descriptor> open_socket(const SocketAddress& address,
                                             const SocketOptions& options, SocketRole role);
/// "cannot connect to ADDRESS: REASON".
[[nodiscard]] Error cannot_connect(const SocketAddress& address, int code);
[[nodiscard]] Error cannot_connect(const SocketAddress& address, const Error& why);
/// A non-blocking socket whose connect() has begun.
struct Connecting {
  Descriptor socket;
  bool connected = false;  // and is over, as within one host
};
/// The error when it failed at once. Not for Form::local, where connect() may answer that the
/// listener has no room now: EAGAIN.
[[nodiscard]] Result<Connecting> begin_connect(const SocketAddress& address,
                                               const SocketOptions& options);
/// 0 when `descriptor` is connected, EINPROGRESS while it is not yet, else why it failed.
/// Asks connect() again, which tells all three apart on every backend.
[[nodiscard]] int connect_progress(int descriptor, const SocketAddress& address);

[[nodiscard]] Transfer receive(int descriptor, std::span<char> into);
/// One piece goes through send(), several through sendmsg(), which costs more. No SIGPIPE. `more`
/// will follow soon: MSG_MORE.
[[nodiscard]] Transfer send(int descriptor, std::span<const std::string_view> pieces,
                            bool more = false);

/// At most `most` bytes of a file, from the page cache to the socket (sendfile). No SIGPIPE. `end`
/// means that the file ends there; an error of the file cannot be told from one of the socket.
[[nodiscard]] Transfer send_file(int descriptor, const FileRange& range, std::size_t most);

/// At most `size` bytes from a socket to a pipe, or from a pipe to a socket, without a copy
/// (splice). No SIGPIPE.
[[nodiscard]] Transfer splice_in(int socket, int pipe, std::size_t size);
[[nodiscard]] Transfer splice_out(int pipe, int socket, std::size_t size);

/// False when the stream's end, or its error, lies in the socket and nothing before it.
[[nodiscard]] bool peer_is_there(int descriptor);
/// Bytes lie in the kernel: unread ones, or sent ones that the peer's kernel has not acknowledged.
/// Not of -1.
[[nodiscard]] bool holds_bytes(int descriptor);

/// They know the kind of the socket as well.
[[nodiscard]] SocketAddress local_address(int descriptor);
[[nodiscard]] SocketAddress peer_address(int descriptor);
/// SO_ERROR, which it clears.
[[nodiscard]] int pending_error(int descriptor);

}  // namespace weir::net
