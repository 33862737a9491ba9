// epoll(7), level-triggered: the kernel keeps the set and answers only what is ready, so the cost
// grows with what happens, not with what waits.
#include <sys/epoll.h>

#include <array>
#include <cerrno>

#include "io/reactor/poller.hpp"
#include "weir/io/descriptor.hpp"

namespace weir {

namespace {

class EpollPoller final : public Poller {
 public:
  explicit EpollPoller(Descriptor epoll) : epoll_(std::move(epoll)) {}

  [[nodiscard]] std::string_view name() const override { return "epoll"; }

  Status set(int descriptor, Interest before, Interest after) override {
    const int operation = !before.any() ? EPOLL_CTL_ADD
                          : after.any() ? EPOLL_CTL_MOD
                                        : EPOLL_CTL_DEL;
    epoll_event event{};
    event.events = (after.read ? EPOLLIN : 0U) | (after.write ? EPOLLOUT : 0U);
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll_.get(), operation, descriptor, &event) != 0) {
      return system_error("epoll cannot watch one more descriptor", errno);
    }
    return {};
  }

  /// The kernel forgets what is closed (epoll(7)). A child that was forked and runs no other
  /// program would hold it open, and must not: descriptors are the loop's alone.
  void closing(int, Interest) override {}

  std::span<const Ready> wait(Duration timeout) override {
    std::array<epoll_event, most_at_once> events;
    const int answered =
        ::epoll_wait(epoll_.get(), events.data(), most_at_once, to_milliseconds(timeout));
    const std::size_t count = answered > 0 ? static_cast<std::size_t>(answered) : 0;
    for (std::size_t i = 0; i < count; ++i) {
      ready_[i] = {events[i].data.fd, events[i].events};
    }
    return {ready_.data(), count};
  }

 private:
  static constexpr int most_at_once = 256;
  static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
                EPOLLHUP == POLLHUP);

  Descriptor epoll_;
  std::array<Ready, most_at_once> ready_;
};

}  // namespace

Result<std::unique_ptr<Poller>> make_epoll_poller() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return system_error("cannot create an epoll descriptor", errno);
  return std::unique_ptr<Poller>(std::make_unique<EpollPoller>(std::move(epoll)));
}

}  // namespace weir
