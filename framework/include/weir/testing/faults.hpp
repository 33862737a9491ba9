// Faults: what goes wrong on a MemoryLoop, by script, so that a test can make every call fail once.
// Layer: testing.
//
// The loop counts its steps: each read that finds something, each write, each half-close is one,
// numbered from 1 over all its transports. A scenario is run once without a fault to learn how
// many steps it takes, and then once for every step with the fault at that step.
#pragma once

#include <cstddef>
#include <limits>

namespace weir::testing {

struct Faults {
  static constexpr std::size_t none = 0;
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  /// Short reads: the most bytes one on_bytes() brings.
  std::size_t max_read = 64 * 1024;
  /// Short writes: the most bytes one write() takes.
  std::size_t max_write = unlimited;
  /// Bytes that one direction holds: a write beyond it is short until the other side reads.
  std::size_t capacity = 256 * 1024;
  /// The step that fails, with this errno value.
  std::size_t fail_at = none;
  int fail_with = 104;  // ECONNRESET
  /// The step at which the peer vanishes: it takes nothing more, sends nothing more, and nobody
  /// is told. Only a deadline ends such a connection.
  std::size_t vanish_at = none;
};

}  // namespace weir::testing
