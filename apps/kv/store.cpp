#include "kv/store.hpp"

#include <algorithm>
#include <bit>

namespace weir::kv {

Store::Store(std::size_t threads, Journal& journal)
    : seed_(HashSeed::random()), random_(seed_.first | 1) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    shards_.push_back(std::make_unique<Place>(seed_, journal));
  }
}

std::uint64_t Store::random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

std::size_t Store::memory() const {
  if (!shared()) return shards_.front()->shard.memory();
  std::size_t sum = 0;
  for (const auto& place : shards_) sum += place->memory.load(std::memory_order_relaxed);
  return sum;
}

void Store::prefetch(std::span<const std::uint64_t> hashes) {
  std::uint64_t left = (std::uint64_t{2} << (hashes.size() - 1)) - 1;  // a bit for each key
  while (left != 0) {
    const std::size_t at = place(hashes[static_cast<std::size_t>(std::countr_zero(left))]);
    std::unique_lock lock(shards_[at]->mutex, std::defer_lock);
    const bool mine = !shared() || lock.try_lock();
    const Table& table = shards_[at]->shard.keys();
    std::uint64_t here = 0;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (place(hashes[i]) != at) continue;
      here |= std::uint64_t{1} << i;
      if (mine) table.prefetch_bucket(hashes[i]);
    }
    for (std::uint64_t rest = mine ? here : 0; rest != 0; rest &= rest - 1) {
      table.prefetch_entry(hashes[static_cast<std::size_t>(std::countr_zero(rest))]);
    }
    left &= ~here;
  }
}

void Store::publish_memory(std::size_t place) {
  shards_[place]->memory.store(shards_[place]->shard.memory(), std::memory_order_relaxed);
}

void ShardLocks::want_all() {
  places_.clear();
  for (std::size_t i = 0; i < store_.shards(); ++i) places_.push_back(i);
}

void ShardLocks::acquire() {
  if (!store_.shared()) return;
  std::sort(places_.begin(), places_.end());
  places_.erase(std::unique(places_.begin(), places_.end()), places_.end());
  for (const std::size_t place : places_) store_.shards_[place]->mutex.lock();
  held_ = true;
}

void ShardLocks::release() {
  if (!held_) return;
  held_ = false;
  for (const std::size_t place : places_) {
    store_.publish_memory(place);
    store_.shards_[place]->mutex.unlock();
  }
  places_.clear();
}

}  // namespace weir::kv
