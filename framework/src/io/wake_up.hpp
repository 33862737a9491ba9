// WakeUp: an eventfd by which other threads make a waiting loop look at its mailbox.
// Layer: io, private. Owned by a loop; signal() from any thread.
#pragma once

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include "weir/io/descriptor.hpp"

namespace weir {

class WakeUp {
 public:
  /// Not valid() when the system has no descriptor for it; errno says why.
  WakeUp() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

  [[nodiscard]] bool valid() const { return event_.valid(); }
  [[nodiscard]] int descriptor() const { return event_.get(); }

  void signal() const {
    const std::uint64_t one = 1;
    // EAGAIN: the counter is full, so the loop wakes anyway.
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
  }
  /// Makes the descriptor unreadable until the next signal.
  void drain() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
  }

 private:
  Descriptor event_;
};

}  // namespace weir
