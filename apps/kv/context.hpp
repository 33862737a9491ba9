// Context: what a command has to work with: its client, the keys, the time, the reply.
// Lives while the commands of one read are run, on a loop's thread; the locks of the shards that a
// command names are held while it runs.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "kv/client.hpp"
#include "kv/foreseen.hpp"
#include "kv/reply.hpp"
#include "kv/service.hpp"
#include "kv/store.hpp"

namespace weir {
class EventLoop;
}

namespace weir::kv {

class Context {
 public:
  Context(Service& its_service, Client& its_client, EventLoop& its_loop, Buffer& output,
          Milliseconds time)
      : service(its_service),
        client(its_client),
        loop(its_loop),
        reply(output, its_client.protocol),
        now(time) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Service& service;
  Client& client;
  EventLoop& loop;
  Reply reply;
  const Milliseconds now;

  /// What stands behind the present command in the same read.
  Foreseen foreseen;

  [[nodiscard]] Key key(std::string_view text) {
    if (const std::uint64_t* hash = foreseen.hash(text)) return {text, *hash};
    return service.store().key(text);
  }
  [[nodiscard]] Shard& shard(const Key& key) const { return service.store().shard(key); }

  /// What is there; nullptr: nothing. Counts as an access.
  [[nodiscard]] Entry* find(const Key& key) const { return shard(key).find(key, now); }
  /// The same for a command that reads: counts a hit or a miss.
  [[nodiscard]] Entry* look_up(const Key& key) const {
    Shard& at = shard(key);
    Entry* entry = at.find(key, now);
    ++(entry == nullptr ? at.figures().misses : at.figures().hits);
    return entry;
  }
  /// False after an answer: the entry is of another type. Nothing is of every type.
  [[nodiscard]] bool is(const Entry* entry, Type type) {
    if (entry == nullptr || entry->type() == type) return true;
    reply.wrong_type();
    return false;
  }

  /// `key` has changed: tells those who wait for that, and the journal gets the command.
  void changed(const Key& key);
  /// All keys have changed, and who watches them knows: the journal gets the command.
  void all_changed() { changed_ = true; }
  /// The journal gets this instead of the command, once it has changed something: the same result
  /// at any time and in any place.
  template <class... Words>
  void journal_as(const Words&... words) {
    if (service.journal().keeps()) RespWriter(instead_).command({std::string_view(words)...});
  }
  /// For as many arguments as there are.
  void journal_as(const std::vector<std::string_view>& arguments);

  // The service's: what the present command did.

  /// Before each command.
  void begin() {
    changed_ = false;
    instead_.clear();
  }
  [[nodiscard]] bool has_changed() const { return changed_; }
  [[nodiscard]] std::string_view instead() const { return instead_; }
  /// Shards where somebody waits for a list that has changed.
  [[nodiscard]] std::vector<std::size_t>& ready() { return ready_; }
  /// EXEC runs it: it must not wait.
  bool in_transaction = false;
  /// Something was given to the journal since the last commit().
  bool journaled = false;

 private:
  bool changed_ = false;
  std::string instead_;
  std::vector<std::size_t> ready_;
};

inline void Context::changed(const Key& key) {
  changed_ = true;
  KeyWaiters& waiters = shard(key).waiters();
  waiters.changed(key.text);
  if (waiters.any_ready()) ready_.push_back(service.store().place(key));
}

}  // namespace weir::kv
