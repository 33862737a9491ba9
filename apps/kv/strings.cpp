// Strings as a whole: GET, SET and their kin.
#include <optional>
#include <string>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

struct SetOptions {
  bool if_absent = false;
  bool if_present = false;
  bool keep_expiry = false;
  bool get = false;
  Milliseconds expires = Entry::never;
};

/// The options of SET behind its key and value; nothing after an error.
std::optional<SetOptions> parse_set(Context& context, const Arguments& arguments) {
  SetOptions options;
  std::optional<ExpireUnit> unit;
  std::string_view time;
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const bool timed = unit.has_value();
    if (same_word(word, "nx") && !options.if_present) {
      options.if_absent = true;
    } else if (same_word(word, "xx") && !options.if_absent) {
      options.if_present = true;
    } else if (same_word(word, "get")) {
      options.get = true;
    } else if (same_word(word, "keepttl") && !timed) {
      options.keep_expiry = true;
    } else if (!timed && !options.keep_expiry && (unit = expire_unit(word)) &&
               i + 1 < arguments.size()) {
      time = arguments[++i];
    } else {
      context.reply.syntax_error();
      return std::nullopt;
    }
  }
  if (unit) {
    const auto when = parse_expire(context, "set", time, *unit);
    if (!when) return std::nullopt;
    options.expires = *when;
  }
  return options;
}

void store(Context& context, const Key& key, Entry* found, std::string_view value,
           Milliseconds expires) {
  context.shard(key).set(key, found, value, expires, context.now);
  context.changed(key);
}

void answer_value(Context& context, const Entry* entry) {
  if (entry == nullptr) {
    context.reply.null();
  } else {
    context.reply.bulk(entry->value());
  }
}

/// Of SETEX and SETPX, GETEX: what it is at any time.
void journal_set(Context& context, std::string_view key, std::string_view value,
                 Milliseconds expires) {
  if (!context.service.journal().keeps()) return;
  context.journal_as("SET", key, value, "PXAT", std::to_string(expires));
}

void set(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  if (arguments.size() == 3) {
    Entry* found = context.find(key);
    store(context, key, found, arguments[2], Entry::never);
    return context.reply.ok();
  }
  const auto options = parse_set(context, arguments);
  if (!options) return;
  Entry* found = context.find(key);
  if (options->get && !context.is(found, Type::string)) return;
  const bool refused =
      (options->if_absent && found != nullptr) || (options->if_present && found == nullptr);
  if (options->get) {
    answer_value(context, found);
    if (refused) return;
  } else if (refused) {
    return context.reply.null();
  }
  const bool kept = options->keep_expiry && found != nullptr;
  const Milliseconds expires = kept ? found->expires() : options->expires;
  store(context, key, found, arguments[2], expires);
  if (options->expires != Entry::never) journal_set(context, key.text, arguments[2], expires);
  if (!options->get) context.reply.ok();
}

void setnx(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  const bool absent = context.find(key) == nullptr;
  if (absent) store(context, key, nullptr, arguments[2], Entry::never);
  context.reply.boolean(absent);
}

void set_expiring(Context& context, const Arguments& arguments, std::string_view name,
                  ExpireUnit unit) {
  const auto expires = parse_expire(context, name, arguments[2], unit);
  if (!expires) return;
  const Key key = context.key(arguments[1]);
  store(context, key, context.find(key), arguments[3], *expires);
  journal_set(context, key.text, arguments[3], *expires);
  context.reply.ok();
}

void setex(Context& context, const Arguments& arguments) {
  set_expiring(context, arguments, "setex", {.seconds = true, .absolute = false});
}

void psetex(Context& context, const Arguments& arguments) {
  set_expiring(context, arguments, "psetex", {.seconds = false, .absolute = false});
}

void get(Context& context, const Arguments& arguments) {
  const Entry* entry = context.look_up(context.key(arguments[1]));
  if (context.is(entry, Type::string)) answer_value(context, entry);
}

void getset(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  Entry* found = context.find(key);
  if (!context.is(found, Type::string)) return;
  answer_value(context, found);
  store(context, key, found, arguments[2], Entry::never);
}

void getdel(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  const Entry* found = context.look_up(key);
  if (!context.is(found, Type::string)) return;
  answer_value(context, found);
  if (found == nullptr) return;
  context.shard(key).remove(key, found);
  context.changed(key);
  context.journal_as("DEL", key.text);
}

void getex(Context& context, const Arguments& arguments) {
  std::optional<Milliseconds> expires;
  std::optional<ExpireUnit> unit;
  if (arguments.size() == 3 && same_word(arguments[2], "persist")) {
    expires = Entry::never;
  } else if (arguments.size() == 4) {
    unit = expire_unit(arguments[2]);
    if (!unit) return context.reply.syntax_error();
  } else if (arguments.size() != 2) {
    return context.reply.syntax_error();
  }
  const Key key = context.key(arguments[1]);
  Entry* found = context.look_up(key);
  if (!context.is(found, Type::string)) return;
  if (found != nullptr && unit) {
    expires = parse_expire(context, "getex", arguments[3], *unit);
    if (!expires) return;
  }
  answer_value(context, found);
  if (found == nullptr || !expires) return;
  if (*expires == Entry::never) {
    if (!found->has_expiry()) return;
    context.shard(key).set_expires(key, found, Entry::never);
    context.journal_as("PERSIST", key.text);
  } else if (*expires <= context.now) {
    context.shard(key).remove(key, found);
    context.journal_as("DEL", key.text);
  } else {
    context.shard(key).set_expires(key, found, *expires);
    context.journal_as("PEXPIREAT", key.text, std::to_string(*expires));
  }
  context.changed(key);
}

void mget(Context& context, const Arguments& arguments) {
  context.reply.array(arguments.size() - 1);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Entry* entry = context.look_up(context.key(arguments[i]));
    answer_value(context, entry != nullptr && entry->type() == Type::string ? entry : nullptr);
  }
}

/// False after an error.
bool are_pairs(Context& context, const Arguments& arguments, std::string_view name) {
  if (arguments.size() % 2 == 1) return true;
  context.reply.error("ERR wrong number of arguments for '" + std::string(name) + "' command");
  return false;
}

void set_all(Context& context, const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    const Key key = context.key(arguments[i]);
    store(context, key, context.find(key), arguments[i + 1], Entry::never);
  }
}

void mset(Context& context, const Arguments& arguments) {
  if (!are_pairs(context, arguments, "mset")) return;
  set_all(context, arguments);
  context.reply.ok();
}

void msetnx(Context& context, const Arguments& arguments) {
  if (!are_pairs(context, arguments, "msetnx")) return;
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    if (context.find(context.key(arguments[i])) != nullptr) return context.reply.boolean(false);
  }
  set_all(context, arguments);
  context.reply.boolean(true);
}

constexpr Command string_table[] = {
    {"get", 2, reads | fast, 1, 1, 1, get, "Returns the string value of a key."},
    {"getdel", 2, writes | fast, 1, 1, 1, getdel,
     "Returns the string value of a key after deleting the key."},
    {"getex", -2, writes | fast, 1, 1, 1, getex,
     "Returns the string value of a key after setting its expiration time."},
    {"getset", 3, writes | grows | fast, 1, 1, 1, getset,
     "Returns the previous string value of a key after setting it to a new value."},
    {"mget", -2, reads | fast, 1, -1, 1, mget,
     "Atomically returns the string values of one or more keys."},
    {"mset", -3, writes | grows, 1, -1, 2, mset,
     "Atomically creates or modifies the string values of one or more keys."},
    {"msetnx", -3, writes | grows, 1, -1, 2, msetnx,
     "Atomically modifies the string values of one or more keys only when all keys don't exist."},
    {"psetex", 4, writes | grows, 1, 1, 1, psetex,
     "Sets both string value and expiration time in milliseconds of a key."},
    {"set", -3, writes | grows, 1, 1, 1, set, "Sets the string value of a key."},
    {"setex", 4, writes | grows, 1, 1, 1, setex,
     "Sets the string value and expiration time of a key."},
    {"setnx", 3, writes | grows | fast, 1, 1, 1, setnx,
     "Sets the string value of a key only when the key doesn't exist."},
};

}  // namespace

std::span<const Command> string_commands() { return string_table; }

}  // namespace weir::kv
