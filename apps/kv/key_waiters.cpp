#include "kv/key_waiters.hpp"

#include <utility>

namespace weir::kv {

void KeyWaiters::unwatch(std::string_view key, const WatchFlag& flag) {
  const auto found = watched_.find(key);
  if (found == watched_.end()) return;
  std::erase(found->second, flag);
  if (found->second.empty()) watched_.erase(found);
}

void KeyWaiters::forget(std::string_view key, const PopWaiter& waiter) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  std::erase_if(found->second, [&](const auto& each) { return each.get() == &waiter; });
  if (found->second.empty()) waiting_.erase(found);
}

void KeyWaiters::tell_watchers(std::string_view key) {
  const auto found = watched_.find(key);
  if (found == watched_.end()) return;
  for (const WatchFlag& flag : found->second) flag->store(true);
}

void KeyWaiters::note_ready(std::string_view key) {
  if (waiting_.find(key) != waiting_.end()) ready_.emplace_back(key);
}

void KeyWaiters::all_changed() {
  for (const auto& [key, flags] : watched_) {
    for (const WatchFlag& flag : flags) flag->store(true);
  }
}

std::shared_ptr<PopWaiter> KeyWaiters::first_waiting(std::string_view key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return nullptr;
  PopQueue& queue = found->second;
  while (!queue.empty() && queue.front()->claimed()) queue.pop_front();
  if (!queue.empty()) return queue.front();
  waiting_.erase(found);
  return nullptr;
}

}  // namespace weir::kv
