#include "kv/service.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "kv/context.hpp"
#include "kv/waiting.hpp"

namespace weir::kv {

namespace {

/// Entries that a tick looks at in one shard.
constexpr std::size_t entries_a_tick = 4000;
/// Entries of which the one that gives way is chosen.
constexpr std::size_t eviction_tries = 10;
/// Of an argument, in an error.
constexpr std::size_t longest_shown = 128;

constexpr std::string_view out_of_memory =
    "OOM command not allowed when used memory > 'maxmemory'.";

std::string unknown_command(const Arguments& arguments) {
  std::string words = "ERR unknown command '";
  words.append(arguments[0].substr(0, longest_shown)).append("', with args beginning with: ");
  for (std::size_t i = 1; i < arguments.size() && words.size() < 2 * longest_shown; ++i) {
    words.append("'").append(arguments[i].substr(0, longest_shown)).append("' ");
  }
  return words;
}

/// `arguments` as an array of bulk strings, whatever they came as.
void append_command(const Arguments& arguments, std::string& output) {
  if (!arguments.is_inline()) {
    output.append(arguments.raw());
    return;
  }
  RespWriter write(output);
  write.array(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) write.bulk(arguments[i]);
}

}  // namespace

Service::Service(const ServiceOptions& options, Journal& journal)
    : journal_(journal),
      store_(options.threads, journal),
      rewrite_(store_, journal),
      clock_(options.clock),
      started_(options.clock.at(options.started)) {}

void Service::execute(Context& context, const Arguments& arguments) {
  Client& client = context.client;
  const Command* command = context.foreseen.command(arguments[0]);
  if (command == nullptr) command = commands_.find(arguments[0]);
  if (command == nullptr) {
    context.reply.error(unknown_command(arguments));
    client.transaction.failed = client.transaction.open;
    return;
  }
  client.record->last.store(command, std::memory_order_relaxed);
  client.record->last_at.store(context.now, std::memory_order_relaxed);
  if (!may_run(context, *command, arguments)) {
    client.transaction.failed = client.transaction.open;
    return;
  }
  if (client.transaction.open && !command->has(no_queue)) {
    return queue(context, *command, arguments);
  }
  if (!store_.shared()) return run(context, *command, arguments);
  ShardLocks locks(store_);
  want(locks, context, *command, arguments);
  locks.acquire();
  run(context, *command, arguments);
}

/// With the locks held.
void Service::run(Context& context, const Command& command, const Arguments& arguments) {
  call(context, command, arguments, nullptr);
  if (!context.ready().empty()) serve_ready(context);
}

/// False after an error.
bool Service::may_run(Context& context, const Command& command, const Arguments& arguments) {
  Client& client = context.client;
  Reply& reply = context.reply;
  if (!command.takes(arguments.size())) {
    refuse_arity(context, command);
    return false;
  }
  if (!client.authenticated && !command.has(no_auth)) {
    reply.error("NOAUTH Authentication required.");
    return false;
  }
  if (client.protocol == 2 && client.subscribed() && !command.has(while_subscribed)) {
    reply.error("ERR Can't execute '" + std::string(command.name) +
                "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in "
                "this context");
    return false;
  }
  if (client.transaction.open && command.has(no_multi)) {
    reply.error("ERR Command not allowed inside a transaction");
    return false;
  }
  if (settings_.max_memory.load(std::memory_order_relaxed) != 0 && !make_room() &&
      command.has(grows)) {
    reply.error(out_of_memory);
    return false;
  }
  if (command.has(writes) && journal_.keeps()) {
    if (const Status writable = journal_.writable(); !writable.ok()) {
      reply.error(writable.error().message);
      return false;
    }
  }
  return true;
}

void Service::refuse_arity(Context& context, const Command& command) {
  const std::string mistake =
      "wrong number of arguments for '" + std::string(command.name) + "' command";
  if (command.name != "exec") return context.reply.error("ERR " + mistake);
  // Its transaction ends, as in redis-server.
  context.client.transaction = {};
  context.client.record->queued.store(-1, std::memory_order_relaxed);
  unwatch(context.client);
  context.reply.error("EXECABORT Transaction discarded because of: " + mistake);
}

void Service::queue(Context& context, const Command& command, const Arguments& arguments) {
  Transaction& transaction = context.client.transaction;
  if (transaction.bytes + arguments.raw().size() > most_queued) {
    transaction.failed = true;
    return context.reply.error("ERR too many bytes queued in this transaction");
  }
  std::string bytes;
  append_command(arguments, bytes);
  transaction.bytes += bytes.size();
  transaction.commands.push_back({&command, std::move(bytes)});
  context.client.record->queued.store(static_cast<int>(transaction.commands.size()),
                                      std::memory_order_relaxed);
  context.reply.simple("QUEUED");
}

void Service::want(ShardLocks& locks, Context& context, const Command& command,
                   const Arguments& arguments) const {
  if (command.has(all_keys)) return locks.want_all();
  command.each_key(arguments.size(),
                   [&](std::size_t i) { locks.want(store_.place(context.key(arguments[i]))); });
}

/// Runs it, with the locks held. What it changed goes to the journal, or to `together`.
void Service::call(Context& context, const Command& command, const Arguments& arguments,
                   std::string* together) {
  context.begin();
  if (rewrite_.active() && command.has(writes)) rewrite_.before(command, arguments);
  const std::size_t before = context.reply.size();
  try {
    command.run(context, arguments);
  } catch (const std::bad_alloc&) {
    context.reply.truncate(before);
    context.reply.error(out_of_memory);
  }
  if (!context.has_changed() || !journal_.keeps()) return;
  const std::string_view instead = context.instead();
  if (together != nullptr) {
    instead.empty() ? append_command(arguments, *together)
                    : static_cast<void>(together->append(instead));
    return;
  }
  context.journaled = true;
  if (!instead.empty()) return journal_.append(instead);
  if (!arguments.is_inline()) return journal_.append(arguments.raw());
  std::string bytes;
  append_command(arguments, bytes);
  journal_.append(bytes);
}

/// What the journal says of its changes, if it has any.
Status Service::may_change(const Transaction& transaction) {
  if (!journal_.keeps()) return {};
  const bool changes =
      std::any_of(transaction.commands.begin(), transaction.commands.end(),
                  [](const Transaction::Queued& queued) { return queued.command->has(writes); });
  return changes ? journal_.writable() : Status();
}

void Service::execute_transaction(Context& context) {
  // Out of the client first: a command of it may be RESET.
  Transaction transaction = std::exchange(context.client.transaction, {});
  context.client.record->queued.store(-1, std::memory_order_relaxed);
  if (transaction.failed) {
    unwatch(context.client);
    return context.reply.error("EXECABORT Transaction discarded because of previous errors.");
  }
  if (const Status kept = may_change(transaction); !kept.ok()) {
    unwatch(context.client);
    return context.reply.error("EXECABORT Transaction discarded because of: " +
                               kept.error().message);
  }
  std::vector<RespCommandReader> commands(transaction.commands.size());
  ShardLocks locks(store_);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    static_cast<void>(commands[i].read(transaction.commands[i].bytes));
    if (store_.shared()) {
      want(locks, context, *transaction.commands[i].command, commands[i].command());
    }
  }
  std::vector<std::string> watched = context.client.watched.keys;
  for (const std::string& key : watched) locks.want(store_.place(store_.key(key)));
  locks.acquire();
  // A watched key whose time is over has changed, although nobody has looked at it yet.
  for (const std::string& key : watched) {
    const Key at = store_.key(key);
    static_cast<void>(store_.shard(at).peek(at, context.now));
  }
  const bool dirty = context.client.watched.changed && context.client.watched.changed->load();
  forget_watched(context.client);
  if (dirty) return context.reply.null_array();
  std::string together;
  context.reply.array(commands.size());
  context.in_transaction = true;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    call(context, *transaction.commands[i].command, commands[i].command(), &together);
  }
  context.in_transaction = false;
  if (!together.empty()) {
    std::string all;
    RespWriter(all).command({"MULTI"});
    all.append(together);
    RespWriter(all).command({"EXEC"});
    context.journaled = true;
    journal_.append(all);
  }
  context.begin();  // the journal has all of it
  if (!context.ready().empty()) serve_ready(context);
}

void Service::unwatch(Client& client) {
  if (client.watched.keys.empty()) return;
  ShardLocks locks(store_);
  for (const std::string& key : client.watched.keys) locks.want(store_.place(store_.key(key)));
  locks.acquire();
  forget_watched(client);
}

/// With the locks held of what it watches.
void Service::forget_watched(Client& client) {
  for (const std::string& text : client.watched.keys) {
    store_.shard(store_.key(text)).waiters().unwatch(text, client.watched.changed);
  }
  client.watched = {};
}

void Service::leave(Client& client) {
  stop_waiting(client);
  unwatch(client);
  unsubscribe(client);
  clients_.remove(client.record->id);
}

/// False when memory is full and nothing gives way.
bool Service::make_room() {
  const std::uint64_t most = settings_.max_memory.load(std::memory_order_relaxed);
  const Eviction policy = settings_.eviction.load(std::memory_order_relaxed);
  std::size_t stuck = 0;
  for (std::size_t place = evict_at_.fetch_add(1, std::memory_order_relaxed);
       store_.memory() > most; ++place) {
    if (policy == Eviction::none || stuck == store_.shards()) return false;
    ShardLocks locks(store_);
    locks.want(place % store_.shards());
    locks.acquire();
    Shard& shard = store_.at(place % store_.shards());
    const bool evicted = policy == Eviction::least_recently_used
                             ? shard.evict_oldest(eviction_tries)
                             : shard.evict_soonest(eviction_tries);
    stuck = evicted ? 0 : stuck + 1;
  }
  return true;
}

void Service::tick(std::size_t part, std::size_t parts, TimePoint now) {
  clock_.adjust(now);
  for (std::size_t place = part; place < store_.shards(); place += parts) {
    ShardLocks locks(store_);
    locks.want(place);
    locks.acquire();
    store_.at(place).tick(clock_.at(now), entries_a_tick);
  }
  // Two loops may see that at once: the second is told that there is one already.
  if (journal_.wants_snapshot()) static_cast<void>(rewrite_.begin());
}

bool Service::step_rewrite(std::size_t part, std::size_t parts) {
  if (!rewrite_.active()) return false;
  for (std::size_t place = part; place < store_.shards(); place += parts) {
    static_cast<void>(rewrite_.step(place));
  }
  return true;
}

}  // namespace weir::kv
