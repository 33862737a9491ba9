// concurrency: how many requests may run at once, over all connections and loops. Layer: routing.
//
//   call() --free slot-----------------------> running --settled()--> slot free, or handed on
//      |                                          ^
//      +--none--> waiting, in order --its turn----+   on the request's own loop
//      |             |
//      |             +-- deadline, end of its connection: leaves, and its place is free
//      +--no place--> fails with overloaded
//
// One object around several routes is one limit for all of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "weir/io/loop_handle.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

struct ConcurrencyOptions {
  /// Requests that may wait for a slot; what comes beyond fails at once.
  std::size_t queue = 64;
};

/// Threads: any. A request that need not wait costs two atomic operations and no lock; one that
/// waits costs no memory once the queue has been as long before.
class Concurrency final : public Layer, public std::enable_shared_from_this<Concurrency> {
 public:
  Concurrency(std::size_t limit, ConcurrencyOptions options);

  void call(Context& context, Next next) override;
  void settled(Context& context, const Failure* failure, std::uint64_t note) override;

  /// Requests that have a slot. One whose turn has come is among them while its loop is told.
  [[nodiscard]] std::size_t running() const { return running_of(state_.load()); }
  [[nodiscard]] std::size_t waiting() const { return waiting_of(state_.load()); }
  /// Those that found the queue full.
  [[nodiscard]] std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  class Turn;
  using State = std::uint64_t;  // waiting, running: 32 bits each
  static constexpr State one_waiting = State{1} << 32U;
  static constexpr std::size_t nowhere = ~std::size_t{0};
  enum class Entry { slot, place, none };

  /// A request that waits, or a free place (then only `next_place` means something).
  struct Place {
    Responder responder;
    Next next{0};
    LoopHandle loop;
    std::size_t previous_place = nowhere;
    std::size_t next_place = nowhere;
  };

  static std::size_t running_of(State state) { return state & (one_waiting - 1); }
  static std::size_t waiting_of(State state) { return state >> 32U; }

  [[nodiscard]] bool take_slot();
  [[nodiscard]] Entry wait(Context& context, Next next);
  void give_slot();
  void hand_on();
  void leave(Context& context, std::size_t place);
  [[nodiscard]] std::size_t append_place();
  void unlink(std::size_t at);

  const std::size_t limit_;
  const std::size_t queue_;
  std::atomic<State> state_{0};  // more wait, or fewer: only under mutex_
  std::atomic<std::uint64_t> refused_{0};
  std::mutex mutex_;  // guards what follows
  std::vector<Place> places_;
  std::size_t first_ = nowhere;
  std::size_t last_ = nowhere;
  std::size_t free_ = nowhere;
};

/// At most `limit` requests at once between this layer and their answer. A request that waits has
/// its payload copied (Call::keep_payload). Throws std::invalid_argument for a limit of 0, and for
/// numbers beyond 2^31.
[[nodiscard]] std::shared_ptr<Concurrency> concurrency(std::size_t limit,
                                                       ConcurrencyOptions options = {});

}  // namespace weir
