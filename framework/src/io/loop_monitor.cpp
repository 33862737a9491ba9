#include "weir/io/loop_monitor.hpp"

#include <utility>

namespace weir {

void PlaceFigures::add(const PlaceFigures& other) {
  begun.add(other.begun.value());
  ended.add(other.ended.value());
  failed.add(other.failed.value());
  ticks.add(other.ticks.value());
  time.add(other.time);
}

PlaceFigures& LoopMonitor::place(std::string_view name) {
  const auto found = places_.find(name);
  if (found != places_.end()) return *found->second;
  if (places_.size() >= max_places && name != others) return place(others);
  auto made = std::make_unique<PlaceFigures>(name);
  const std::lock_guard lock(mutex_);
  const std::string_view key = made->name;
  return *places_.emplace(key, std::move(made)).first->second;
}

LoopMonitor::Present LoopMonitor::present() const {
  const std::uint64_t move = moves_.load(std::memory_order_acquire);
  const PlaceFigures* place = place_.load(std::memory_order_acquire);
  const std::uint64_t since = since_.load(std::memory_order_acquire);
  // It moves on while it is looked at: nothing holds it.
  const bool moved = move % 2 != 0 || moves_.load(std::memory_order_relaxed) != move;
  if (place == nullptr || moved) return {.move = move};
  return {.place = place, .held = to_time(TickClock::between(since, clock_.now())), .move = move};
}

bool LoopMonitor::ask(Duration interval) {
  if (asked_.load(std::memory_order_acquire) != 0) return false;
  const std::uint64_t now = clock_.now() | 1U;
  if (last_asked_ != 0 && to_time(TickClock::between(last_asked_, now)) < interval) return false;
  last_asked_ = now;
  asked_.store(now, std::memory_order_release);
  return true;
}

void LoopMonitor::answer() {
  const std::uint64_t late =
      TickClock::between(asked_.load(std::memory_order_acquire), clock_.now());
  lag_.store(late, std::memory_order_relaxed);
  std::uint64_t worst = worst_lag_.load();
  while (late > worst && !worst_lag_.compare_exchange_weak(worst, late)) {
  }
  asked_.store(0, std::memory_order_release);
}

Duration LoopMonitor::unanswered() const {
  const std::uint64_t asked = asked_.load(std::memory_order_acquire);
  return asked == 0 ? Duration::zero() : to_time(TickClock::between(asked, clock_.now()));
}

Duration LoopMonitor::to_time(std::uint64_t ticks) const {
  if (ticks == 0) return Duration::zero();
  return Duration(static_cast<Duration::rep>(static_cast<double>(ticks) * clock_.tick_length()));
}

}  // namespace weir
