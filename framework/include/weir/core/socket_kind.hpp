// SocketKind: what a socket keeps of what is sent. Layer: core.
//
//     kind       made of                    order   boundaries   delivery
//     stream     TCP, Unix                  yes     no           all, or an error
//     datagram   UDP, Unix                  no*     yes          some may be lost (UDP); * Unix
//     keeps
//                                                                order and loses nothing
//     packet     Unix SOCK_SEQPACKET        yes     yes          all, or an error
//     queue      POSIX message queue        yes**   yes          all; ** by priority first
#pragma once

#include <cstdint>

namespace weir {

enum class SocketKind : std::uint8_t { stream, datagram, packet, queue };

/// What is sent in one piece comes in one piece, or not at all.
[[nodiscard]] constexpr bool keeps_boundaries(SocketKind kind) {
  return kind != SocketKind::stream;
}

}  // namespace weir
