// poll(2): one array of descriptors, handed over whole at every call. No limit but the cost,
// which grows with the number of descriptors.
#include <vector>

#include "io/reactor/poller.hpp"

namespace weir {

namespace {

class PollPoller final : public Poller {
 public:
  [[nodiscard]] std::string_view name() const override { return "poll"; }

  Status set(int descriptor, Interest before, Interest after) override {
    const auto index = static_cast<std::size_t>(descriptor);
    if (!before.any()) {
      if (places_.size() <= index) places_.resize(index + 1);
      places_[index] = entries_.size();
      entries_.push_back({descriptor, events(after), 0});
    } else if (after.any()) {
      entries_[places_[index]].events = events(after);
    } else {
      // The last entry takes the free place.
      const std::size_t place = places_[index];
      entries_[place] = entries_.back();
      places_[static_cast<std::size_t>(entries_[place].fd)] = place;
      entries_.pop_back();
    }
    return {};
  }

  std::span<const Ready> wait(Duration timeout) override {
    ready_.clear();
    int left = ::poll(entries_.data(), entries_.size(), to_milliseconds(timeout));
    for (std::size_t i = 0; left > 0 && i < entries_.size(); ++i) {
      const pollfd& entry = entries_[i];
      if (entry.revents == 0) continue;
      --left;
      ready_.push_back({entry.fd, static_cast<unsigned short>(entry.revents)});
    }
    return ready_;
  }

 private:
  static short events(Interest interest) {
    return static_cast<short>((interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0));
  }

  std::vector<pollfd> entries_;
  std::vector<std::size_t> places_;  // descriptor -> its entry
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_poll_poller() { return std::make_unique<PollPoller>(); }

}  // namespace weir
