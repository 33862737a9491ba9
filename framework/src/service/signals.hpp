// Waiting for SIGINT, SIGTERM and the end of a server, in one place. Layer: service, private.
#pragma once

#include <semaphore.h>

#include "weir/core/time.hpp"

namespace weir {

/// Counts what happened; may be posted from a signal handler, which a condition variable may not.
class Semaphore {
 public:
  Semaphore() { sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void post() { sem_post(&semaphore_); }
  void wait();
  /// False when `limit` passed first.
  bool wait_for(Duration limit);

 private:
  sem_t semaphore_;
};

/// While it lives, SIGINT and SIGTERM post `semaphore` and are counted instead of ending the
/// process. One at a time in a process: a second one handles nothing.
class SignalGuard {
 public:
  explicit SignalGuard(Semaphore& semaphore);
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// Signals that came since it was made.
  [[nodiscard]] int count() const;

 private:
  bool active_ = false;
};

}  // namespace weir
