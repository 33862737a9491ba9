// Times of expiry: EXPIRE and its kin, TTL and its kin, PERSIST.
#include <optional>
#include <string>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

struct Conditions {
  bool if_none = false;
  bool if_some = false;
  bool if_later = false;
  bool if_earlier = false;
};

/// Behind the key and the time; nothing after an error.
std::optional<Conditions> parse_conditions(Context& context, const Arguments& arguments) {
  Conditions conditions;
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    if (same_word(arguments[i], "nx")) {
      conditions.if_none = true;
    } else if (same_word(arguments[i], "xx")) {
      conditions.if_some = true;
    } else if (same_word(arguments[i], "gt")) {
      conditions.if_later = true;
    } else if (same_word(arguments[i], "lt")) {
      conditions.if_earlier = true;
    } else {
      context.reply.error("ERR Unsupported option " + std::string(arguments[i]));
      return std::nullopt;
    }
  }
  if (conditions.if_none && (conditions.if_some || conditions.if_later || conditions.if_earlier)) {
    context.reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
    return std::nullopt;
  }
  if (conditions.if_later && conditions.if_earlier) {
    context.reply.error("ERR GT and LT options at the same time are not compatible");
    return std::nullopt;
  }
  return conditions;
}

/// No time at all is later than any.
bool holds(const Conditions& conditions, const Entry& entry, Milliseconds when) {
  const Milliseconds present = entry.expires();
  const bool none = present == Entry::never;
  if (conditions.if_none && !none) return false;
  if (conditions.if_some && none) return false;
  if (conditions.if_later && (none || when <= present)) return false;
  return !conditions.if_earlier || none || when < present;
}

void set_time(Context& context, const Arguments& arguments, std::string_view name,
              ExpireUnit unit) {
  const auto conditions = parse_conditions(context, arguments);
  if (!conditions) return;
  const auto when = parse_expire(context, name, arguments[2], unit, Past::allowed);
  if (!when) return;
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (entry == nullptr || !holds(*conditions, *entry, *when)) return context.reply.boolean(false);
  Shard& shard = context.shard(key);
  if (*when <= context.now && shard.expires_keys) {
    shard.remove(key, entry);
    context.journal_as("DEL", key.text);
  } else {
    shard.set_expires(key, entry, *when);
    context.journal_as("PEXPIREAT", key.text, std::to_string(*when));
  }
  context.changed(key);
  context.reply.boolean(true);
}

void expire(Context& context, const Arguments& arguments) {
  set_time(context, arguments, "expire", {.seconds = true, .absolute = false});
}

void pexpire(Context& context, const Arguments& arguments) {
  set_time(context, arguments, "pexpire", {.seconds = false, .absolute = false});
}

void expireat(Context& context, const Arguments& arguments) {
  set_time(context, arguments, "expireat", {.seconds = true, .absolute = true});
}

void pexpireat(Context& context, const Arguments& arguments) {
  set_time(context, arguments, "pexpireat", {.seconds = false, .absolute = true});
}

void persist(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  const bool had = entry != nullptr && entry->has_expiry();
  if (had) {
    context.shard(key).set_expires(key, entry, Entry::never);
    context.changed(key);
  }
  context.reply.boolean(had);
}

void tell_time(Context& context, const Arguments& arguments, ExpireUnit unit) {
  const Key key = context.key(arguments[1]);
  const Entry* entry = context.shard(key).peek(key, context.now);
  if (entry == nullptr) return context.reply.integer(std::int64_t{-2});
  if (!entry->has_expiry()) return context.reply.integer(std::int64_t{-1});
  const Milliseconds time = entry->expires() - (unit.absolute ? 0 : context.now);
  context.reply.integer(unit.seconds ? (time + 500) / 1000 : time);
}

void ttl(Context& context, const Arguments& arguments) {
  tell_time(context, arguments, {.seconds = true, .absolute = false});
}

void pttl(Context& context, const Arguments& arguments) {
  tell_time(context, arguments, {.seconds = false, .absolute = false});
}

void expiretime(Context& context, const Arguments& arguments) {
  tell_time(context, arguments, {.seconds = true, .absolute = true});
}

void pexpiretime(Context& context, const Arguments& arguments) {
  tell_time(context, arguments, {.seconds = false, .absolute = true});
}

constexpr Command expiry_table[] = {
    {"expire", -3, writes | fast, 1, 1, 1, expire, "Sets the expiration time of a key in seconds."},
    {"expireat", -3, writes | fast, 1, 1, 1, expireat,
     "Sets the expiration time of a key to a Unix timestamp."},
    {"expiretime", 2, reads | fast, 1, 1, 1, expiretime,
     "Returns the expiration time of a key as a Unix timestamp."},
    {"persist", 2, writes | fast, 1, 1, 1, persist, "Removes the expiration time of a key."},
    {"pexpire", -3, writes | fast, 1, 1, 1, pexpire,
     "Sets the expiration time of a key in milliseconds."},
    {"pexpireat", -3, writes | fast, 1, 1, 1, pexpireat,
     "Sets the expiration time of a key to a Unix milliseconds timestamp."},
    {"pexpiretime", 2, reads | fast, 1, 1, 1, pexpiretime,
     "Returns the expiration time of a key as a Unix milliseconds timestamp."},
    {"pttl", 2, reads | fast, 1, 1, 1, pttl,
     "Returns the expiration time in milliseconds of a key."},
    {"ttl", 2, reads | fast, 1, 1, 1, ttl, "Returns the expiration time in seconds of a key."},
};

}  // namespace

std::span<const Command> expiry_commands() { return expiry_table; }

}  // namespace weir::kv
