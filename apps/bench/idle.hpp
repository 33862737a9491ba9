// weir-bench idle: the user memory that one idle connection costs a server.
#pragma once

#include <cstdint>

#include "options.hpp"
#include "system/interrupts.hpp"
#include "system/process.hpp"

namespace weir::bench {

struct IdleResult {
  Memory before;  // with one connection, that paid for what is allocated only once
  Memory after;   // with the others too
  double bytes_per_connection = 0;
};

// Throws Failure when the server refuses, closes or does not accept a connection.
IdleResult run_idle(const IdleOptions& options, const Interrupts& interrupts);

}  // namespace weir::bench
