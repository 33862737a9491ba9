// PerLoop: one T a loop, made where it is first asked for. Layer: io.
// What every loop keeps for itself (counters, a cached table) needs no lock then; who wants the sum
// asks each. The T of a loop lives as long as the loop, or as its PerLoop if that is longer; it
// refers to nothing that dies earlier.
//
//     EventLoop::locals_   [slot 0] [slot 1] [slot 2] ...    one place for every PerLoop there is
//                                      |
//     PerLoop (slot 2)     shards_ ----+---- the same T, and those of the other loops
//
// Threads: here() on the loop's; each() on any, so what it reads must be atomic (Counter).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "weir/io/event_loop.hpp"

namespace weir {

/// A place in every loop's locals. A slot is used again when its owner has gone, an id never.
class LocalSlot {
 public:
  LocalSlot();
  ~LocalSlot();
  LocalSlot(const LocalSlot&) = delete;
  LocalSlot& operator=(const LocalSlot&) = delete;

  /// nullptr where nothing was put yet.
  [[nodiscard]] void* find(EventLoop& loop) const {
    const auto& places = loop.locals_;
    if (number_ >= places.size() || places[number_].owner != id_) return nullptr;
    return places[number_].value.get();
  }
  void put(EventLoop& loop, std::shared_ptr<void> value) const;

 private:
  std::size_t number_;
  std::uint64_t id_;
};

template <class T>
class PerLoop {
 public:
  T& here(EventLoop& loop) {
    if (void* found = slot_.find(loop)) return *static_cast<T*>(found);
    return make(loop);
  }

  /// `visit` every loop's T, and what T::add() collected of loops that are gone.
  template <class Visit>
  void each(Visit visit) const {
    const std::lock_guard lock(mutex_);
    if constexpr (adds) visit(gone_);
    for (const auto& shard : shards_) visit(*shard);
  }

 private:
  static constexpr bool adds = requires(T into, const T& from) { into.add(from); };
  struct Nothing {};

  T& make(EventLoop& loop) {
    auto shard = std::make_shared<T>();
    {
      const std::lock_guard lock(mutex_);
      forget_the_dead();
      shards_.push_back(shard);
    }
    slot_.put(loop, shard);
    return *shard;
  }

  /// With a loop a connection, loops come and go.
  void forget_the_dead() {
    std::erase_if(shards_, [&](const std::shared_ptr<T>& shard) {
      if (shard.use_count() != 1) return false;
      if constexpr (adds) gone_.add(*shard);
      return true;
    });
  }

  LocalSlot slot_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<T>> shards_;
  [[no_unique_address]] std::conditional_t<adds, T, Nothing> gone_{};
};

}  // namespace weir
