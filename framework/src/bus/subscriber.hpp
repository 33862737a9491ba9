// Subscriber: one callback and what waits for its loop. Layer: bus, private. Held by its topic, by
// its Subscription and by the task that delivers.
//
//     queue_   [dropped_: told first] [m3][lost 2][m4] ...    bounded in messages and bytes
//
// Threads: push() from any, under its topic's lock; leave() from any; the callbacks on its loop.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "weir/bus/bus.hpp"

namespace weir {

using SharedText = std::shared_ptr<const std::string>;

class Subscriber final : public std::enable_shared_from_this<Subscriber> {
 public:
  Subscriber(Bus::MessageHandler handler, SubscribeOptions options, LoopHandle loop, Log log);

  /// A message, or with nullptr: so many are lost here. Answers how many messages it displaced.
  std::uint64_t push(SharedText message, std::uint64_t lost = 0);
  /// See Subscription's destructor.
  void leave();

 private:
  struct Item {
    SharedText message;  // nullptr: `lost`
    std::uint64_t lost = 0;
  };
  /// Messages that one round of the loop is asked to deliver, before others have their turn.
  static constexpr std::size_t batch = 256;

  void deliver();
  void call(Item& item);
  void drop_oldest(std::uint64_t& dropped);

  Bus::MessageHandler handler_;
  SubscribeOptions options_;
  const LoopHandle loop_;
  const Log log_;

  std::mutex mutex_;  // of what follows, never held while something is called
  std::deque<Item> queue_;
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;     // lost before queue_.front()
  bool unknown_dropped_ = false;  // and a "lost" that could not say how many
  bool scheduled_ = false;        // deliver() will run, or runs
  bool gone_ = false;
  std::thread::id calling_{};  // whose thread is in a callback

  std::mutex calls_;  // held while callbacks run: leave() waits for it
};

}  // namespace weir
