#include "service/signals.hpp"

#include <signal.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace weir {

namespace {

// A signal handler gets no argument of ours, so this is the one thing of the framework that
// exists once a process. Lock-free, as a handler needs it.
std::atomic<Semaphore*> waiter{nullptr};
std::atomic<int> signal_count{0};
static_assert(std::atomic<Semaphore*>::is_always_lock_free);

constexpr std::array<int, 2> handled{SIGINT, SIGTERM};
std::array<struct sigaction, handled.size()> previous{};

void on_signal(int) {
  const int saved = errno;
  signal_count.fetch_add(1);
  if (Semaphore* semaphore = waiter.load(); semaphore != nullptr) semaphore->post();
  errno = saved;
}

}  // namespace

void Semaphore::wait() {
  while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
  }
}

bool Semaphore::wait_for(Duration limit) {
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  const auto total = std::chrono::seconds(until.tv_sec) +
                     std::chrono::nanoseconds(until.tv_nsec) + limit;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(total);
  until.tv_sec = seconds.count();
  until.tv_nsec = (total - seconds).count();
  int failed = 0;
  do {
    failed = sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until);
  } while (failed != 0 && errno == EINTR);
  return failed == 0;
}

SignalGuard::SignalGuard(Semaphore& semaphore) {
  Semaphore* expected = nullptr;
  if (!waiter.compare_exchange_strong(expected, &semaphore)) return;
  active_ = true;
  signal_count.store(0);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &action, &previous[i]);
}

SignalGuard::~SignalGuard() {
  if (!active_) return;
  for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &previous[i], nullptr);
  waiter.store(nullptr);
}

int SignalGuard::count() const { return active_ ? signal_count.load() : 0; }

}  // namespace weir
