// Rewrite: a journal begun anew, while everything goes on: the entries of all shards, a few at a
// time, and in between what changes.
//
//     second log:   [entry] [entry] [its keys, as they were] [a command] [entry] [entry] ...
//
// Every command in it finds the keys that it names as they were when it ran: before the first
// change of an entry that is not in the log yet, the entry is put there. Entry::in_snapshot says
// which are: it equals its shard's when the entry is, and the shard's is turned round at the
// beginning. So between two rewrites all entries are alike, and a new entry is like its shard: what
// made it is in the log. One that is put there twice does no harm, one that never comes would be
// lost; therefore the entries are gone through to the end even when nobody writes them down any
// more.
//
// A value is put there in one piece, however large: its shard is locked for as long.
// Threads: any loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kv/command.hpp"
#include "kv/entry.hpp"
#include "weir/core/error.hpp"

namespace weir::kv {

class Journal;
class Store;
class Shard;

class Rewrite {
 public:
  /// Bytes of entries in one step, about.
  static constexpr std::size_t bytes_a_step = 128 * 1024;

  /// Both outlive it.
  Rewrite(Store& store, Journal& journal);

  /// Without locks; takes them all for a moment. The error is the answer to BGREWRITEAOF.
  [[nodiscard]] Status begin();
  [[nodiscard]] bool active() const { return active_.load(std::memory_order_relaxed); }
  /// Before a command changes what it names; with the locks of that. While active().
  void before(const Command& command, const Arguments& arguments);
  /// Without locks: a few entries of the shard at `place`. False when there is nothing to do there
  /// now.
  [[nodiscard]] bool step(std::size_t place);

 private:
  struct Place {
    std::uint64_t cursor = 0;
    bool done = true;
  };

  void put(Shard& shard, Entry& entry, std::string& bytes) const;

  Store& store_;
  Journal& journal_;
  std::vector<Place> places_;  // each with the lock of its shard
  std::atomic<std::size_t> left_{0};
  std::atomic<bool> active_{false};
};

}  // namespace weir::kv
