// Poller: the one thing in which reactors differ: how to learn which sockets are ready.
// Layer: io/reactor, private. Owned by one ReactorLoop, used on its thread.
//
//     set(fd, ...)  says what is wanted of a socket     ->  wait()  answers what may be done now
//
// An answer is a hint: the socket is tried without blocking, so a wrong "ready" costs one call.
#pragma once

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

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
  unsigned events;  // in the words of poll(2), which are those of epoll(7) as well

  [[nodiscard]] bool readable() const { return (events & POLLIN) != 0; }
  [[nodiscard]] bool writable() const { return (events & POLLOUT) != 0; }
  /// An error or a hang-up, told even when nothing was wanted.
  [[nodiscard]] bool failed() const { return (events & (POLLERR | POLLHUP | POLLNVAL)) != 0; }
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

  /// What is ready, valid until the next wait; waits for it at most `timeout` (negative: without
  /// end; 0: not at all).
  virtual std::span<const Ready> wait(Duration timeout) = 0;
};

[[nodiscard]] std::unique_ptr<Poller> make_select_poller();
[[nodiscard]] std::unique_ptr<Poller> make_poll_poller();
[[nodiscard]] Result<std::unique_ptr<Poller>> make_epoll_poller();
[[nodiscard]] std::unique_ptr<Poller> make_spin_poller();

/// `timeout` in whole milliseconds, rounded up so that a timer is never early; -1 without end.
[[nodiscard]] inline int to_milliseconds(Duration timeout) {
  if (timeout < Duration::zero()) return -1;
  // Unsigned, so that rounding up cannot overflow.
  const std::uint64_t count = (static_cast<std::uint64_t>(timeout.count()) + 999'999) / 1'000'000;
  return static_cast<int>(std::min<std::uint64_t>(count, std::numeric_limits<int>::max()));
}

}  // namespace weir
