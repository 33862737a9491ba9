// Poller: the one thing in which reactors differ: how to learn which sockets are ready.
// Layer: io/reactor, private. Owned by one ReactorLoop, used on its thread.
//
//     set(fd, ...)  says what is wanted of a socket     ->  wait()  answers what may be done now
//
// An answer is a hint: the socket is tried without blocking, so a wrong "ready" costs one call.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/core/time.hpp"

namespace weir {

/// What is wanted of a descriptor.
struct Interest {
  bool read = false;
  bool write = false;
  [[nodiscard]] bool any() const { return read || write; }
  friend bool operator==(const Interest&, const Interest&) = default;
};

struct Ready {
  int descriptor;
  bool readable;
  bool writable;
  bool failed;  // an error or a hang-up, told even when nothing was wanted
};

class Poller {
 public:
  virtual ~Poller() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// Descriptors must be below this.
  [[nodiscard]] virtual int descriptor_limit() const { return std::numeric_limits<int>::max(); }
  /// True: wait() neither waits nor asks the system; every answer is a guess.
  [[nodiscard]] virtual bool guesses() const { return false; }

  /// From `before` to `after`; no interest before means that the poller does not know the
  /// descriptor, none after that it forgets it. Fails only when it is to be added.
  virtual Status set(int descriptor, Interest before, Interest after) = 0;
  /// It is forgotten, for it is about to be closed.
  virtual void closing(int descriptor, Interest before) {
    if (before.any()) static_cast<void>(set(descriptor, before, {}));
  }

  /// Appends what is ready; waits for it at most `timeout` (negative: without end; 0: not at all).
  virtual void wait(Duration timeout, std::vector<Ready>& ready) = 0;
};

[[nodiscard]] std::unique_ptr<Poller> make_select_poller();
[[nodiscard]] std::unique_ptr<Poller> make_poll_poller();
[[nodiscard]] Result<std::unique_ptr<Poller>> make_epoll_poller();
[[nodiscard]] std::unique_ptr<Poller> make_spin_poller();

/// `timeout` in whole milliseconds, rounded up so that a timer is never early; -1 without end.
[[nodiscard]] inline int to_milliseconds(Duration timeout) {
  if (timeout < Duration::zero()) return -1;
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return count < std::numeric_limits<int>::max() ? static_cast<int>(count)
                                                 : std::numeric_limits<int>::max();
}

}  // namespace weir
