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
std::atomic<bool> hung_up{false};
std::atomic<bool> taken{false};
static_assert(std::atomic<int>::is_always_lock_free);

// The last one if it is wanted.
constexpr std::array<int, 4> handled{SIGINT, SIGTERM, SIGALRM, SIGHUP};
std::array<struct sigaction, handled.size()> previous{};

void on_signal(int number) {
  if (number == SIGALRM) ::_exit(1);
  const int saved = errno;
  if (number == SIGHUP) {
    hung_up.store(true);
  } else if (signal_count.fetch_add(1) == 1) {
    ::alarm(1);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event.load(), &one, sizeof one);
  errno = saved;
}

}  // namespace

SignalGuard::SignalGuard(bool hangups) {
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
  hung_up.store(false);
  event.store(event_.get());
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  handled_ = hangups ? handled.size() : handled.size() - 1;
  for (std::size_t i = 0; i < handled_; ++i) sigaction(handled[i], &action, &previous[i]);
}

SignalGuard::~SignalGuard() {
  if (!active_) return;
  if (event_.valid()) {
    if (signal_count.load() > 1) ::alarm(0);
    for (std::size_t i = 0; i < handled_; ++i) sigaction(handled[i], &previous[i], nullptr);
    event.store(-1);
  }
  taken.store(false);
}

int SignalGuard::take_count() {
  std::uint64_t written = 0;
  [[maybe_unused]] const auto got = ::read(event_.get(), &written, sizeof written);
  return signal_count.load();
}

bool SignalGuard::take_hangup() { return hung_up.exchange(false); }

}  // namespace weir
