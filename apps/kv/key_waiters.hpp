// KeyWaiters: who waits for a key to change: transactions that watch it, clients that wait for a
// list to have an element. Layer: weir-kv, of one shard, under its lock.
//
// In trees rather than in hash tables: strangers choose the keys.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::kv {

/// Turns true when a watched key has changed. Written under locks of several shards.
using WatchFlag = std::shared_ptr<std::atomic<bool>>;

/// A client that waits for an element of one of several lists. It stands in the queues of all of
/// them, also on other shards, until somebody claims it.
class PopWaiter {
 public:
  PopWaiter() = default;
  PopWaiter(const PopWaiter&) = delete;
  PopWaiter& operator=(const PopWaiter&) = delete;
  virtual ~PopWaiter() = default;

  /// True for the first who asks: that one serves it, or tells it that the time is over.
  [[nodiscard]] bool claim() { return !claimed_.exchange(true); }
  [[nodiscard]] bool claimed() const { return claimed_.load(); }
  /// It gets the first element of the list; else the last.
  [[nodiscard]] virtual bool from_front() const = 0;
  /// By whoever claimed it, on any thread.
  virtual void serve(std::string_view key, std::string_view element) = 0;

 private:
  std::atomic<bool> claimed_{false};
};

class KeyWaiters {
 public:
  using PopQueue = std::deque<std::shared_ptr<PopWaiter>>;

  void watch(std::string_view key, WatchFlag flag) {
    watched_[std::string(key)].push_back(std::move(flag));
  }
  void unwatch(std::string_view key, const WatchFlag& flag);
  void wait(std::string_view key, std::shared_ptr<PopWaiter> waiter) {
    waiting_[std::string(key)].push_back(std::move(waiter));
  }
  void forget(std::string_view key, const PopWaiter& waiter);

  /// `key` has changed.
  void changed(std::string_view key) {
    if (!watched_.empty()) tell_watchers(key);
    if (!waiting_.empty()) note_ready(key);
  }
  /// All keys have.
  void all_changed();

  /// Keys that changed while somebody waited for them; empty from now on.
  [[nodiscard]] std::vector<std::string> take_ready() { return std::exchange(ready_, {}); }
  [[nodiscard]] bool any_ready() const { return !ready_.empty(); }
  /// The first in the queue of `key` that nobody claimed; nullptr where there is none.
  [[nodiscard]] std::shared_ptr<PopWaiter> first_waiting(std::string_view key);
  [[nodiscard]] std::size_t watched_keys() const { return watched_.size(); }

 private:
  void tell_watchers(std::string_view key);
  void note_ready(std::string_view key);

  std::map<std::string, std::vector<WatchFlag>, std::less<>> watched_;
  std::map<std::string, PopQueue, std::less<>> waiting_;
  std::vector<std::string> ready_;
};

}  // namespace weir::kv
