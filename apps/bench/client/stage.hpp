// What the thread that measures and the threads that make the load tell each other.
#pragma once

#include <sys/eventfd.h>

#include <atomic>
#include <cstdint>

#include "failure.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {

enum class Phase {
  waiting,    // nothing is sent yet
  warmup,     // load, uncounted
  measuring,  // load; latencies are recorded
  draining,   // nothing new is sent, every reply is awaited, every connection ends in order
  abandoned,  // stop at once
};

class Stage {
 public:
  Stage() : notice_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!notice_.is_open()) fail_with_errno("eventfd");
  }

  // Workers look at it before each wait, so within 100 ms even when nothing comes.
  Phase phase() const { return phase_.load(std::memory_order_acquire); }
  void enter(Phase phase) {
    phase_.store(phase, std::memory_order_release);
    phase_.notify_all();
  }
  void wait_while(Phase phase) const { phase_.wait(phase); }

  // A worker has something to say: it failed, it has its quota, or it has drained. Readable until
  // the next take_notices().
  int notice() const { return notice_.get(); }
  void notify() const { eventfd_write(notice_.get(), 1); }
  void take_notices() const {
    eventfd_t count = 0;
    eventfd_read(notice_.get(), &count);
  }

 private:
  std::atomic<Phase> phase_{Phase::waiting};
  Descriptor notice_;
};

}  // namespace weir::bench
