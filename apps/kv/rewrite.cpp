#include "kv/rewrite.hpp"

#include "kv/journal.hpp"
#include "kv/snapshot.hpp"
#include "kv/store.hpp"

namespace weir::kv {

Rewrite::Rewrite(Store& store, Journal& journal)
    : store_(store), journal_(journal), places_(store.shards()) {}

Status Rewrite::begin() {
  ShardLocks locks(store_);
  locks.want_all();
  locks.acquire();
  // No command is in the middle of anything now: each is wholly before or wholly behind.
  if (Status begun = journal_.begin_snapshot(); !begun.ok()) return begun;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    store_.at(i).turn_snapshot();
    places_[i] = {.cursor = 0, .done = false};
  }
  left_.store(places_.size(), std::memory_order_relaxed);
  active_.store(true, std::memory_order_relaxed);
  return {};
}

void Rewrite::put(Shard& shard, Entry& entry, std::string& bytes) const {
  if (entry.in_snapshot == shard.in_snapshot()) return;
  entry.in_snapshot = shard.in_snapshot();
  append_commands(entry, bytes);
}

void Rewrite::before(const Command& command, const Arguments& arguments) {
  std::string bytes;
  command.each_key(arguments.size(), [&](std::size_t i) {
    const Key key = store_.key(arguments[i]);
    Shard& shard = store_.shard(key);
    if (Entry* entry = shard.keys().find(key.text, key.hash)) put(shard, *entry, bytes);
  });
  if (!bytes.empty()) journal_.append_snapshot(bytes);
}

bool Rewrite::step(std::size_t place) {
  if (!active() || !journal_.takes_snapshot()) return false;
  ShardLocks locks(store_);
  locks.want(place);
  locks.acquire();
  Place& at = places_[place];
  if (at.done) return false;
  Shard& shard = store_.at(place);
  std::string bytes;
  // Entries that are there already, and empty places, are work as well.
  for (std::size_t looked = 0; bytes.size() + looked < bytes_a_step; looked += 16) {
    at.cursor = shard.keys().scan(at.cursor, [&](Entry& entry) { put(shard, entry, bytes); });
    at.done = at.cursor == 0;
    if (at.done) break;
  }
  if (!bytes.empty()) journal_.append_snapshot(bytes);
  if (!at.done) return true;
  if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    active_.store(false, std::memory_order_relaxed);
    journal_.end_snapshot();
  }
  return false;
}

}  // namespace weir::kv
