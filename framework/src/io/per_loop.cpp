#include "weir/io/per_loop.hpp"

namespace weir {

namespace {

/// Which numbers are free; the process's, because every loop has a place for each.
class SlotNumbers {
 public:
  std::size_t take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return next_++;
    const std::size_t number = free_.back();
    free_.pop_back();
    return number;
  }
  void give_back(std::size_t number) {
    const std::lock_guard lock(mutex_);
    free_.push_back(number);
  }
  std::uint64_t next_id() {
    const std::lock_guard lock(mutex_);
    return ++last_id_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::size_t> free_;
  std::size_t next_ = 0;
  std::uint64_t last_id_ = 0;
};

SlotNumbers& numbers() {
  static SlotNumbers all;
  return all;
}

}  // namespace

LocalSlot::LocalSlot() : number_(numbers().take()), id_(numbers().next_id()) {}

LocalSlot::~LocalSlot() { numbers().give_back(number_); }

void LocalSlot::put(EventLoop& loop, std::shared_ptr<void> value) const {
  auto& places = loop.locals_;
  if (places.size() <= number_) places.resize(number_ + 1);
  places[number_] = {id_, std::move(value)};
}

}  // namespace weir
