// ClientQueue: where the messages of all threads enter a client, in the order of calling, within
// its bounds. Layer: service, private.
//
//     arrivals_  entered, not yet seen by the loop, which takes them all at once
//     dropped_   dropped while they were arrivals: their reports are owed, on the loop
//     held_      what counts: arrivals_ and what the loop took and has not given back
//
// Threads: enter() from any; the rest on the loop's, but close(), which is safe anywhere.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "service/client_message.hpp"

namespace weir {

class ClientQueue {
 public:
  explicit ClientQueue(const QueueLimits& limits) : limits_(limits) {}

  /// Takes the one message of `one`, or says why not and leaves it there. `wake` turns true when
  /// the loop must be told.
  Result<std::uint64_t> enter(MessageList& one, bool may_wait, bool& wake);

  /// What has arrived, and what arrived and was dropped since.
  [[nodiscard]] MessageList take(MessageList& dropped);
  /// So much no longer counts. Wakes who waits for room.
  void give_back(std::size_t messages, std::size_t bytes);
  /// With drop_oldest more may have been taken than fits; the loop drops its own oldest.
  [[nodiscard]] bool over() const;
  /// Takes nothing more; who waits for room is told.
  void close();
  [[nodiscard]] bool closed() const;

  [[nodiscard]] std::uint64_t rejected() const;
  [[nodiscard]] std::size_t messages() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Held {
    std::size_t messages = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] bool fits(const Held& held, std::size_t size) const {
    return held.messages < limits_.messages && held.bytes <= limits_.bytes - size;
  }
  [[nodiscard]] Status make_room(std::unique_lock<std::mutex>& lock, std::size_t size,
                                 bool may_wait);
  [[nodiscard]] bool drop_arrivals(std::size_t size);

  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  MessageList arrivals_;
  MessageList dropped_;
  Held held_;
  Held arrived_;  // of held_, what arrivals_ counts for
  std::uint64_t next_number_ = 1;
  std::uint64_t rejected_ = 0;
  std::size_t waiting_ = 0;  // threads
  bool woken_ = false;       // the loop was told, and has not come yet
  bool closed_ = false;
};

}  // namespace weir
