// SIGINT, SIGTERM and SIGHUP as a descriptor that a loop can watch. Layer: service, private.
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
  /// SIGHUP is taken only where somebody wants to know of it.
  explicit SignalGuard(bool hangups);
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// Why the signals could not be taken: another guard has them, or there is no descriptor.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] int descriptor() const { return event_.get(); }
  /// SIGINTs and SIGTERMs that came since it was made. Makes the descriptor unreadable until the
  /// next signal.
  [[nodiscard]] int take_count();
  /// Did a SIGHUP come since this was asked last?
  [[nodiscard]] bool take_hangup();

 private:
  Descriptor event_;
  Status status_;
  std::size_t handled_ = 0;  // signals that it has taken
  bool active_ = false;
};

}  // namespace weir
