// Shard: a part of the keys, with their times of expiry and what waits for their change.
//
//     Store  +- Shard 0   keys_      [entry] [entry] [entry] ...     own
//            |            volatile_          [entry]                 those of them that expire
//            |            watchers_  key -> transactions to be told
//            +- Shard 1   ...
//
// Threads: whoever calls anything holds the shard's lock (store.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "kv/entry.hpp"
#include "kv/key_waiters.hpp"
#include "kv/table.hpp"

namespace weir::kv {

class Journal;

/// A key and its hash.
struct Key {
  std::string_view text;
  std::uint64_t hash;
};

/// Milliseconds since 1970.
using Milliseconds = std::int64_t;

/// What shards count, beside their sizes.
struct ShardFigures {
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

class Shard {
 public:
  Shard(const HashSeed& seed, Journal& journal)
      : keys_(seed), volatile_(seed, Table::Holds::borrowed), journal_(journal) {}

  /// What `key` is at `now`; an entry that has expired is deleted here. nullptr: nothing.
  [[nodiscard]] Entry* find(const Key& key, Milliseconds now) {
    Entry* entry = keys_.find(key.text, key.hash);
    if (entry == nullptr) return nullptr;
    if (entry->has_expiry() && expire(*entry, key, now)) return nullptr;
    entry->accessed = access_time(now);
    return entry;
  }
  /// The same without a trace in the entry's time of access.
  [[nodiscard]] Entry* peek(const Key& key, Milliseconds now);

  /// Changes what `key` is to a string. `found` is what find() answered for it. The answer is valid
  /// until the next change.
  Entry* set(const Key& key, Entry* found, std::string_view value, Milliseconds expires,
             Milliseconds now);
  /// Instead of `found`, or as a new one; its key is that of `key`.
  Entry* put(const Key& key, Entry* found, Entry::Owner entry, Milliseconds now);
  /// A string's value becomes `size` bytes long; what is added is zeros. Makes one where `found` is
  /// nullptr.
  Entry* resize(const Key& key, Entry* found, std::size_t size, Milliseconds now);
  /// Entry::never: it does not expire any more.
  Entry* set_expires(const Key& key, Entry* found, Milliseconds expires);
  void remove(const Key& key, const Entry* found);
  /// The entry is the caller's from now on.
  [[nodiscard]] Entry::Owner take(const Key& key, const Entry* found);
  void clear();

  /// The object of `entry` has changed: brings the sum of memory up to date.
  void account(const Entry& entry);

  /// Deletes what has expired, and goes on with what grows; looks at about `most` entries.
  void tick(Milliseconds now, std::size_t most);
  /// Deletes one of `tries` entries chosen by chance: which was not asked for longest, or which of
  /// those that expire does first. False where there is nothing to delete.
  bool evict_oldest(std::size_t tries);
  bool evict_soonest(std::size_t tries);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] std::size_t volatile_size() const { return volatile_.size(); }
  /// Bytes of the entries and of what they are kept in.
  [[nodiscard]] std::size_t memory() const { return used_ + keys_.memory() + volatile_.memory(); }
  [[nodiscard]] Table& keys() { return keys_; }
  [[nodiscard]] const Table& keys() const { return keys_; }
  [[nodiscard]] KeyWaiters& waiters() { return waiters_; }
  [[nodiscard]] ShardFigures& figures() { return figures_; }

  /// What Entry::in_snapshot is of entries that are in the log that was begun last (rewrite.hpp).
  [[nodiscard]] bool in_snapshot() const { return in_snapshot_; }
  /// From now on none of them is.
  void turn_snapshot() { in_snapshot_ = !in_snapshot_; }

  /// False while a journal is read again: what it says of expiry counts, not the clock.
  bool expires_keys = true;

  /// Of Entry::accessed: its unit is 1/16 s, and it begins anew after eight years.
  [[nodiscard]] static std::uint32_t access_time(Milliseconds now) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(now) >> 6);
  }
  [[nodiscard]] static Milliseconds idle_time(const Entry& entry, Milliseconds now) {
    // Both times were rounded down.
    const std::uint32_t units = access_time(now) - entry.accessed;
    return (static_cast<Milliseconds>(units) << 6) + (units == 0 ? 0 : 63);
  }

 private:
  [[nodiscard]] bool expire(const Entry& entry, const Key& key, Milliseconds now);
  void journal_removal(std::string_view key);
  void remove_aloud(Entry& entry);
  void added(const Entry& entry);
  void dropped(const Entry& entry, std::uint64_t hash);
  [[nodiscard]] std::uint64_t next_random();

  Table keys_;
  Table volatile_;
  KeyWaiters waiters_;
  Journal& journal_;
  ShardFigures figures_;
  std::size_t used_ = 0;
  bool in_snapshot_ = false;
  std::uint64_t sweep_ = 0;  // the cursor of tick() over volatile_
  std::uint64_t random_ = 0x9e3779b97f4a7c15;
};

}  // namespace weir::kv
