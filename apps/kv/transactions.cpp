// MULTI, EXEC, DISCARD, WATCH, UNWATCH.
#include <algorithm>

#include "kv/command.hpp"
#include "kv/context.hpp"

namespace weir::kv {

namespace {

/// Keys that one client may watch.
constexpr std::size_t most_watched = 10'000;

void multi(Context& context, const Arguments&) {
  Transaction& transaction = context.client.transaction;
  if (transaction.open) return context.reply.error("ERR MULTI calls can not be nested");
  transaction.open = true;
  context.client.record->queued.store(0, std::memory_order_relaxed);
  context.reply.ok();
}

void exec(Context& context, const Arguments&) {
  if (!context.client.transaction.open) return context.reply.error("ERR EXEC without MULTI");
  context.service.execute_transaction(context);
}

void discard(Context& context, const Arguments&) {
  if (!context.client.transaction.open) return context.reply.error("ERR DISCARD without MULTI");
  context.client.transaction = {};
  context.client.record->queued.store(-1, std::memory_order_relaxed);
  context.service.unwatch(context.client);
  context.reply.ok();
}

void watch(Context& context, const Arguments& arguments) {
  Watched& watched = context.client.watched;
  if (context.client.transaction.open) {
    return context.reply.error("ERR WATCH inside MULTI is not allowed");
  }
  if (watched.keys.size() + arguments.size() > most_watched) {
    return context.reply.error("ERR too many watched keys");
  }
  if (watched.changed == nullptr) watched.changed = std::make_shared<std::atomic<bool>>(false);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Key key = context.key(arguments[i]);
    if (std::find(watched.keys.begin(), watched.keys.end(), key.text) != watched.keys.end()) {
      continue;
    }
    static_cast<void>(context.shard(key).peek(key, context.now));  // gone, if its time is over
    watched.keys.emplace_back(key.text);
    context.shard(key).waiters().watch(key.text, watched.changed);
  }
  context.reply.ok();
}

void unwatch(Context& context, const Arguments&) {
  context.service.unwatch(context.client);
  context.reply.ok();
}

constexpr Command transaction_table[] = {
    {"discard", 1, no_queue | fast, 0, 0, 0, discard, "Discards a transaction."},
    {"exec", 1, no_queue, 0, 0, 0, exec, "Executes all commands in a transaction."},
    {"multi", 1, no_queue | fast, 0, 0, 0, multi, "Starts a transaction."},
    {"unwatch", 1, fast, 0, 0, 0, unwatch, "Forgets about watched keys of a transaction."},
    {"watch", -2, no_queue | fast, 1, -1, 1, watch,
     "Monitors changes to keys to determine the execution of a transaction."},
};

}  // namespace

std::span<const Command> transaction_commands() { return transaction_table; }

}  // namespace weir::kv
