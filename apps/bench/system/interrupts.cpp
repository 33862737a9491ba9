// A signalfd, watched beside whatever is waited for.
#include "system/interrupts.hpp"

#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>

#include "failure.hpp"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

sigset_t ending_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

timespec to_timespec(std::chrono::nanoseconds duration) {
  const auto count = std::max<std::chrono::nanoseconds::rep>(duration.count(), 0);
  return {.tv_sec = count / 1'000'000'000, .tv_nsec = count % 1'000'000'000};
}

}  // namespace

Interrupts::Interrupts() {
  const auto set = ending_signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = Descriptor{signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!signals_.is_open()) fail_with_errno("signalfd");
}

bool Interrupts::wait_readable(int descriptor, std::chrono::nanoseconds timeout) const {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    pollfd watched[] = {{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                        {.fd = descriptor, .events = POLLIN, .revents = 0}};
    const auto left = to_timespec(deadline - Clock::now());
    const int ready = ppoll(watched, 2, &left, nullptr);
    if (ready < 0 && errno != EINTR) fail_with_errno("ppoll");
    if (ready > 0 && watched[0].revents != 0) {
      signalfd_siginfo info{};
      if (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        throw Interrupted{static_cast<int>(info.ssi_signo)};
      }
    }
    if (ready > 0 && watched[1].revents != 0) return true;
    if (ready == 0) return false;
  }
}

void Interrupts::unblock() noexcept {
  const auto set = ending_signals();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace weir::bench
