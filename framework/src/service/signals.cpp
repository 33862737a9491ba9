#include "service/signals.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

namespace weir {

namespace {

// A signal handler gets no argument of ours, so this is the one thing of the framework that
// exists once a process. Lock-free, as a handler needs it.
std::atomic<int> event{-1};
std::atomic<int> signal_count{0};
std::atomic<bool> taken{false};
static_assert(std::atomic<int>::is_always_lock_free);

constexpr std::array<int, 3> handled{SIGINT, SIGTERM, SIGALRM};
std::array<struct sigaction, handled.size()> previous{};

void on_signal(int number) {
  if (number == SIGALRM) ::_exit(1);
  const int saved = errno;
  if (signal_count.fetch_add(1) == 1) ::alarm(1);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event.load(), &one, sizeof one);
  errno = saved;
}

}  // namespace

SignalGuard::SignalGuard() {
  if (taken.exchange(true)) {
    status_ = Error{"signals are handled by another server of this process"};
    return;
  }
  active_ = true;
  event_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event_.valid()) {
    status_ = system_error("cannot create an eventfd", errno);
    return;
  }
  signal_count.store(0);
  event.store(event_.get());
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &action, &previous[i]);
}

SignalGuard::~SignalGuard() {
  if (!active_) return;
  if (event_.valid()) {
    if (signal_count.load() > 1) ::alarm(0);
    for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &previous[i], nullptr);
    event.store(-1);
  }
  taken.store(false);
}

int SignalGuard::take_count() {
  const int count = signal_count.load();
  if (count != seen_) {
    std::uint64_t written = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &written, sizeof written);
    seen_ = count;
  }
  return count;
}

}  // namespace weir
