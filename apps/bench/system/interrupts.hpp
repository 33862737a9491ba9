// SIGINT and SIGTERM as something to wait for, so that no handler runs in the middle of anything
// and every destructor (the one of Child above all) runs on the way out.
//
// Made once, in main, before any thread: the signals are blocked in every thread from then on.
#pragma once

#include <chrono>

#include "system/descriptor.hpp"

namespace weir::bench {

class Interrupts {
 public:
  Interrupts();

  // True when `descriptor` is readable (or at its end), false when `timeout` passed first.
  // Throws Interrupted when a signal came.
  bool wait_readable(int descriptor, std::chrono::nanoseconds timeout) const;

  // Throws Interrupted when a signal came.
  void sleep(std::chrono::nanoseconds duration) const { wait_readable(-1, duration); }

  // For a child between fork and exec: async-signal-safe.
  static void unblock() noexcept;

 private:
  Descriptor signals_;
};

}  // namespace weir::bench
