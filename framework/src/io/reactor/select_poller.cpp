// select(2): three bit sets, copied in and out at every call. Its cost grows with the highest
// descriptor, and a descriptor of FD_SETSIZE or more would be written past the end of the set,
// so ReactorLoop refuses those (descriptor_limit).
#include <sys/select.h>

#include <algorithm>
#include <vector>

#include "io/reactor/poller.hpp"

namespace weir {

namespace {

class SelectPoller final : public Poller {
 public:
  SelectPoller() {
    FD_ZERO(&readers_);
    FD_ZERO(&writers_);
  }

  [[nodiscard]] std::string_view name() const override { return "select"; }
  [[nodiscard]] int descriptor_limit() const override { return FD_SETSIZE; }

  Status set(int descriptor, Interest, Interest after) override {
    FD_CLR(descriptor, &readers_);
    FD_CLR(descriptor, &writers_);
    if (after.read) FD_SET(descriptor, &readers_);
    if (after.write) FD_SET(descriptor, &writers_);
    if (after.any()) {
      highest_ = std::max(highest_, descriptor);
    } else if (descriptor == highest_) {
      while (highest_ >= 0 && !wanted(highest_)) --highest_;
    }
    return {};
  }

  std::span<const Ready> wait(Duration timeout) override {
    fd_set readable = readers_;
    fd_set writable = writers_;
    timeval limit{};
    timeval* until = nullptr;
    if (timeout >= Duration::zero()) {
      const auto whole = std::chrono::ceil<std::chrono::microseconds>(timeout).count();
      limit.tv_sec = static_cast<time_t>(whole / 1'000'000);
      limit.tv_usec = static_cast<suseconds_t>(whole % 1'000'000);
      until = &limit;
    }
    ready_.clear();
    int left = ::select(highest_ + 1, &readable, &writable, nullptr, until);
    for (int descriptor = 0; left > 0 && descriptor <= highest_; ++descriptor) {
      const bool read = FD_ISSET(descriptor, &readable);
      const bool write = FD_ISSET(descriptor, &writable);
      if (!read && !write) continue;
      left -= (read ? 1 : 0) + (write ? 1 : 0);
      const unsigned events = (read ? POLLIN : 0U) | (write ? POLLOUT : 0U);
      ready_.push_back({descriptor, events});
    }
    return ready_;
  }

 private:
  [[nodiscard]] bool wanted(int descriptor) const {
    return FD_ISSET(descriptor, &readers_) || FD_ISSET(descriptor, &writers_);
  }

  fd_set readers_{};
  fd_set writers_{};
  int highest_ = -1;
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_select_poller() { return std::make_unique<SelectPoller>(); }

}  // namespace weir
