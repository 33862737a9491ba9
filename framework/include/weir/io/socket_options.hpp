// SocketOptions: what the system can be told about a socket, typed. Layer: io.
// For listeners (their connections inherit it), connections and clients. What is not set stays as
// the system has it. What is set and cannot be applied is an error, never silently left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/core/error.hpp"
#include "weir/core/time.hpp"

namespace weir {

struct SocketOptions {
  /// TCP_NODELAY: small writes go out at once. On TCP sockets; weir gathers its writes itself.
  bool no_delay = true;
  /// SO_KEEPALIVE, and when it begins (TCP_KEEPIDLE), repeats (TCP_KEEPINTVL) and gives up
  /// (TCP_KEEPCNT). Whole seconds, at least one.
  std::optional<bool> keep_alive{};
  std::optional<Duration> keep_alive_idle{};
  std::optional<Duration> keep_alive_interval{};
  std::optional<int> keep_alive_probes{};
  /// SO_SNDBUF, SO_RCVBUF: bytes. The system doubles them and has a maximum of its own
  /// (net.core.wmem_max, rmem_max): asking for more than that is an error here.
  std::optional<int> send_buffer{};
  std::optional<int> receive_buffer{};
  /// SO_LINGER: zero means that close() resets the connection. Whole seconds. A loop never waits
  /// for it: its sockets do not block.
  std::optional<Duration> linger{};
  /// TCP_USER_TIMEOUT: how long sent bytes may stay unacknowledged. Milliseconds.
  std::optional<Duration> user_timeout{};
  /// IP_TOS or IPV6_TCLASS: the byte whose upper six bits are the DSCP (RFC 2474, 3).
  std::optional<int> type_of_service{};
  /// SO_MARK, for the system's routing and filters; needs CAP_NET_ADMIN.
  std::optional<std::uint32_t> mark{};
  /// SO_DONTROUTE: only to hosts on a network that this machine is on.
  std::optional<bool> dont_route{};
  /// IPV6_V6ONLY. A listener on IPv6 takes IPv6 alone unless this is false.
  std::optional<bool> v6_only{};
  /// TCP_FASTOPEN on a listener: so many may wait that sent data before the handshake was over (RFC
  /// 7413). On a client any number but 0 turns TCP_FASTOPEN_CONNECT on.
  std::optional<int> fast_open{};
  /// SO_INCOMING_CPU: of several listeners on one port, this one is for packets of that processor.
  std::optional<int> incoming_cpu{};
  /// SO_REUSEADDR on TCP listeners: a port whose old connections still linger may be taken.
  bool reuse_address = true;

  friend bool operator==(const SocketOptions&, const SocketOptions&) = default;
};

/// Which of a socket's ends.
enum class SocketRole : std::uint8_t { listener, connection };

/// Applies what is set, in the order of the fields. The error names the option and the reason.
[[nodiscard]] Status apply_options(int descriptor, const SocketOptions& options, SocketRole role);
/// The same where its family (AF_INET) and type (SOCK_STREAM) are known.
[[nodiscard]] Status apply_options(int descriptor, int family, int type,
                                   const SocketOptions& options, SocketRole role);

/// What the system says that `descriptor` has; what does not apply to it is not set. Buffers are as
/// the system counts them: twice what was asked for.
[[nodiscard]] SocketOptions read_options(int descriptor);

}  // namespace weir
