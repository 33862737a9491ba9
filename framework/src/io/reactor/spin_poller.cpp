// spin: no waiting at all. Every socket is called ready at every round and tried without
// blocking. It answers soonest, burns a whole processor when nothing happens, and a round costs a
// call for each socket: polling non-blocking sockets, as it was done before select.
#include <sched.h>

#include <vector>

#include "io/reactor/poller.hpp"

namespace weir {

namespace {

class SpinPoller final : public Poller {
 public:
  [[nodiscard]] std::string_view name() const override { return "spin"; }
  [[nodiscard]] bool guesses() const override { return true; }

  Status set(int descriptor, Interest before, Interest after) override {
    const auto index = static_cast<std::size_t>(descriptor);
    if (!before.any()) {
      if (places_.size() <= index) places_.resize(index + 1);
      places_[index] = wanted_.size();
      wanted_.push_back({descriptor, events(after)});
    } else if (after.any()) {
      wanted_[places_[index]] = {descriptor, events(after)};
    } else {
      // The last one takes the free place.
      const std::size_t place = places_[index];
      wanted_[place] = wanted_.back();
      places_[static_cast<std::size_t>(wanted_[place].descriptor)] = place;
      wanted_.pop_back();
    }
    return {};
  }

  std::span<const Ready> wait(Duration timeout) override {
    // Let others run where there are fewer processors than spinners.
    if (timeout != Duration::zero()) ::sched_yield();
    ready_ = wanted_;  // which changes while these are told
    return ready_;
  }

 private:
  static unsigned events(Interest interest) {
    return (interest.read ? POLLIN : 0U) | (interest.write ? POLLOUT : 0U);
  }

  std::vector<Ready> wanted_;
  std::vector<std::size_t> places_;  // descriptor -> its entry
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_spin_poller() { return std::make_unique<SpinPoller>(); }

}  // namespace weir
