// Many connections to one server, a burst at a time, and the server takes each burst in. One that
// accepts a connection between two rounds of messages would take seconds for thousands under load,
// and what is measured then were those that it has.
#pragma once

#include <functional>

#include "system/descriptor.hpp"
#include "system/endpoint.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// Calls `opened` with each connection, as connect_to() makes it, and its number: `count` of them
// from `first` on. The last burst, which may be short, is not waited for: see wait_accepted().
// Throws Failure.
void connect_all(const Endpoint& endpoint, unsigned first, unsigned count,
                 const Interrupts& interrupts,
                 const std::function<void(Descriptor socket, unsigned number)>& opened);

}  // namespace weir::bench
