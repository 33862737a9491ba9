// The client of a count: one connection, one round of messages after the other, and the server is
// asleep before each, so that it always does the same for the same.
//
//   client   | send a round |             answers |  is it asleep? | send the next
//   server   zzz            | works    | answers | looks again | zzz
//
// Without the wait, whether the server still finds a next message before it sleeps would be a
// matter of luck, and of the tool, which slows it down.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "options.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

struct Exercise {
  std::uint64_t connections = 1;  // after each other
  std::uint64_t rounds = 1;       // of each, of `depth` messages that are sent at once
};

// Does it with the process `server` at load.to; protocol, size, depth and what belongs to them are
// load's. Every answer is checked. False when the server does not sleep: it polls without waiting,
// and then nothing is waited for either. Throws Failure.
bool exercise(const LoadOptions& load, pid_t server, const Exercise& what,
              const Interrupts& interrupts);

}  // namespace weir::bench
