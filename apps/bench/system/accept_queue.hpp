// Whether a server has accepted everything: the accept queue of its listening sockets.
#pragma once

#include <cstdint>
#include <optional>

#include "system/interrupts.hpp"

namespace weir::bench {

// Connections that wait for accept() on this port, over all listening sockets there (several with
// SO_REUSEPORT); nothing when none listens. Of IPv4, or where nobody listens there, of IPv6.
std::optional<unsigned> accept_queue(std::uint16_t port);

// Returns when the queue is empty. Throws Failure after 10 s, or when nothing listens.
void wait_accepted(std::uint16_t port, const Interrupts& interrupts);

}  // namespace weir::bench
