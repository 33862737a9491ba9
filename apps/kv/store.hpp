// Store: all keys, in shards, and the locks of these.
//
// Every loop runs the commands of its own connections, whichever keys they name: it locks the
// shards of these keys, runs the command and answers. Several shards are locked in ascending order,
// so nobody waits in a circle. A store for one thread has one shard and no lock is ever taken.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "kv/shard.hpp"
#include "kv/siphash.hpp"

namespace weir::kv {

class Store {
 public:
  /// `threads`: how many may call at once. `journal` outlives the store.
  Store(std::size_t threads, Journal& journal);

  [[nodiscard]] Key key(std::string_view text) const { return {text, siphash13(seed_, text)}; }
  [[nodiscard]] std::size_t place(const Key& key) const { return place(key.hash); }
  [[nodiscard]] Shard& shard(const Key& key) { return shards_[place(key)]->shard; }
  [[nodiscard]] Shard& at(std::size_t place) { return shards_[place]->shard; }
  [[nodiscard]] std::size_t shards() const { return shards_.size(); }
  /// Asks memory for what shards will look at for the keys with these hashes, at most 64; waits for
  /// nothing and nobody. Without locks.
  void prefetch(std::span<const std::uint64_t> hashes);
  /// There are others that lock.
  [[nodiscard]] bool shared() const { return shards_.size() != 1; }

  /// With the locks of all shards.
  [[nodiscard]] std::uint64_t random();

  /// Bytes of all keys; may be a little late, and needs no lock.
  [[nodiscard]] std::size_t memory() const;
  /// With the lock of the shard at `place`: what memory() says of it.
  void publish_memory(std::size_t place);

 private:
  friend class ShardLocks;
  struct Place {
    Place(const HashSeed& seed, Journal& journal) : shard(seed, journal) {}
    std::mutex mutex;
    Shard shard;
    std::atomic<std::size_t> memory{0};
  };

  [[nodiscard]] std::size_t place(std::uint64_t hash) const {
    // Other bits than those that the shard's table uses.
    return shards_.size() == 1 ? 0 : ((hash >> 32) & 0xffff) * shards_.size() >> 16;
  }

  HashSeed seed_;
  std::uint64_t random_;
  std::vector<std::unique_ptr<Place>> shards_;
};

/// The locks of some shards, until it is destroyed or told to release them.
class ShardLocks {
 public:
  explicit ShardLocks(Store& store) : store_(store) {}
  ~ShardLocks() { release(); }
  ShardLocks(const ShardLocks&) = delete;
  ShardLocks& operator=(const ShardLocks&) = delete;

  /// Before acquire(): those that are wanted.
  void want(std::size_t place) { places_.push_back(place); }
  void want_all();
  /// Waits for all of them.
  void acquire();
  void release();

 private:
  Store& store_;
  std::vector<std::size_t> places_;
  bool held_ = false;
};

}  // namespace weir::kv
