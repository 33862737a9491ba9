// SIGINT and SIGTERM as a descriptor that a loop can watch. Layer: service, private.
#pragma once

#include "weir/core/error.hpp"
#include "weir/io/descriptor.hpp"

namespace weir {

/// While it lives, SIGINT and SIGTERM are counted and make descriptor() readable instead of ending
/// the process. One at a time in a process.
///
/// What was asked for twice must happen, even if a handler holds the loop for ever: a second after
/// the second signal the process ends with status 1 (through alarm(), so SIGALRM is taken as well).
class SignalGuard {
 public:
  SignalGuard();
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// Why the signals could not be taken: another guard has them, or there is no descriptor.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] int descriptor() const { return event_.get(); }
  /// Signals that came since it was made. Makes the descriptor unreadable until the next.
  [[nodiscard]] int take_count();

 private:
  Descriptor event_;
  Status status_;
  int seen_ = 0;
  bool active_ = false;
};

}  // namespace weir
