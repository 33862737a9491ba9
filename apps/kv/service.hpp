// Service: the key-value store as its clients know it, without their connections: it finds
// commands, locks what they name, runs them and tells the journal.
//
//     Service  +- CommandTable     name -> handler
//              +- Store            keys, in shards with a lock each
//              +- Clients, Topics  who is there, who listens to what
//              +- Settings         what may be changed while it runs
//              - - Journal         where changes go
//
// Threads: any loop of the server, at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "kv/clients.hpp"
#include "kv/command.hpp"
#include "kv/journal.hpp"
#include "kv/rewrite.hpp"
#include "kv/settings.hpp"
#include "kv/store.hpp"
#include "kv/topics.hpp"
#include "kv/wall_clock.hpp"
#include "weir/service/server.hpp"

namespace weir::kv {

class Context;
class Client;
struct Transaction;

struct ServiceOptions {
  /// Loops that serve: how many shards there are.
  std::size_t threads = 1;
  WallClock clock{};
  /// By the loops' clock.
  TimePoint started = std::chrono::steady_clock::now();
};

class Service {
 public:
  /// Bytes of commands that one client may queue behind MULTI.
  static constexpr std::size_t most_queued = 64 * 1024 * 1024;

  /// `journal` outlives the service.
  Service(const ServiceOptions& options, Journal& journal);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Runs one command, which has at least its name, and appends the answer to context.reply.
  void execute(Context& context, const Arguments& arguments);
  /// Runs the commands of a transaction, with all its locks held from the first to the last.
  void execute_transaction(Context& context);
  /// What came of the client leaving: watched keys, subscriptions, waiting.
  void leave(Client& client);
  void unwatch(Client& client);
  void unsubscribe(Client& client);

  /// Looks after a part of the shards: those whose place is `part`, `part + parts`, ...
  void tick(std::size_t part, std::size_t parts, TimePoint now);
  /// Goes on with a rewrite of the journal in these shards; false while there is none.
  [[nodiscard]] bool step_rewrite(std::size_t part, std::size_t parts);

  /// What SHUTDOWN calls, from any loop; without it that is refused. Before anything is served.
  void on_stop(std::function<void()> stop) { stop_ = std::move(stop); }
  /// False: nobody said how.
  [[nodiscard]] bool stop() const {
    if (stop_) stop_();
    return static_cast<bool>(stop_);
  }

  [[nodiscard]] Store& store() { return store_; }
  [[nodiscard]] Journal& journal() { return journal_; }
  [[nodiscard]] Rewrite& rewrite() { return rewrite_; }
  [[nodiscard]] Clients& clients() { return clients_; }
  [[nodiscard]] Topics& topics() { return topics_; }
  [[nodiscard]] Settings& settings() { return settings_; }
  [[nodiscard]] const CommandTable& commands() const { return commands_; }
  [[nodiscard]] WallClock& clock() { return clock_; }
  /// What the server has counted, for INFO. Before anything is served.
  void on_stats(std::function<ServerStats()> stats) { stats_ = std::move(stats); }
  [[nodiscard]] ServerStats stats() const { return stats_ ? stats_() : ServerStats(); }
  /// When it was made.
  [[nodiscard]] Milliseconds started() const { return started_; }

 private:
  [[nodiscard]] bool may_run(Context& context, const Command& command, const Arguments& arguments);
  void refuse_arity(Context& context, const Command& command);
  [[nodiscard]] Status may_change(const Transaction& transaction);
  void queue(Context& context, const Command& command, const Arguments& arguments);
  void run(Context& context, const Command& command, const Arguments& arguments);
  void call(Context& context, const Command& command, const Arguments& arguments,
            std::string* together);
  void want(ShardLocks& locks, Context& context, const Command& command,
            const Arguments& arguments) const;
  void serve_ready(Context& context);
  void forget_watched(Client& client);
  [[nodiscard]] bool make_room();

  Journal& journal_;
  CommandTable commands_;
  Settings settings_;
  Store store_;
  Rewrite rewrite_;
  Clients clients_;
  Topics topics_;
  WallClock clock_;
  std::function<void()> stop_;
  std::function<ServerStats()> stats_;
  Milliseconds started_;
  std::atomic<std::size_t> evict_at_{0};  // the shard that gives way next
};

}  // namespace weir::kv
