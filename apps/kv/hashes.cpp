// Hashes: HSET, HGET and their kin.
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/glob.hpp"
#include "kv/numbers.hpp"
#include "kv/objects.hpp"
#include "kv/scan.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

/// Of a command that reads: what is at the first argument. False after an error.
bool read(Context& context, const Arguments& arguments, const Hash*& hash) {
  const Entry* entry = context.look_up(context.key(arguments[1]));
  if (!context.is(entry, Type::hash)) return false;
  hash = value_of<Hash>(entry);
  return true;
}

/// Of a command that writes: the same, made where there is nothing. nullptr after an error.
Entry* find_or_make(Context& context, const Key& key) {
  Entry* entry = context.find(key);
  if (!context.is(entry, Type::hash)) return nullptr;
  if (entry != nullptr) return entry;
  return put_value(context, key, std::make_unique<Hash>(context.shard(key).keys().seed()));
}

/// How many of the pairs behind the key are new; nothing after an error.
std::optional<std::size_t> set_pairs(Context& context, const Arguments& arguments,
                                     std::string_view name) {
  if (arguments.size() % 2 != 0) {
    context.reply.error("ERR wrong number of arguments for '" + std::string(name) + "' command");
    return std::nullopt;
  }
  const Key key = context.key(arguments[1]);
  Entry* entry = find_or_make(context, key);
  if (entry == nullptr) return std::nullopt;
  std::size_t added = 0;
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    if (value_of<Hash>(entry)->set(arguments[i], arguments[i + 1])) ++added;
  }
  value_changed(context, key, entry);
  return added;
}

void hset(Context& context, const Arguments& arguments) {
  if (const auto added = set_pairs(context, arguments, "hset")) context.reply.integer(*added);
}

void hmset(Context& context, const Arguments& arguments) {
  if (set_pairs(context, arguments, "hmset")) context.reply.ok();
}

void hsetnx(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  const Entry* found = context.find(key);
  if (!context.is(found, Type::hash)) return;
  const Hash* hash = value_of<Hash>(found);
  if (hash != nullptr && hash->find(arguments[2])) return context.reply.boolean(false);
  Entry* entry = find_or_make(context, key);
  value_of<Hash>(entry)->set(arguments[2], arguments[3]);
  value_changed(context, key, entry);
  context.reply.boolean(true);
}

void answer_field(Context& context, const Hash* hash, std::string_view field) {
  const auto value = hash == nullptr ? std::nullopt : hash->find(field);
  value ? context.reply.bulk(*value) : context.reply.null();
}

void hget(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (read(context, arguments, hash)) answer_field(context, hash, arguments[2]);
}

void hmget(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  context.reply.array(arguments.size() - 2);
  for (std::size_t i = 2; i < arguments.size(); ++i) answer_field(context, hash, arguments[i]);
}

void hgetall(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  context.reply.map(hash == nullptr ? 0 : hash->size());
  if (hash == nullptr) return;
  hash->each([&](std::string_view field, std::string_view value) {
    context.reply.bulk(field);
    context.reply.bulk(value);
  });
}

void hkeys(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  context.reply.array(hash == nullptr ? 0 : hash->size());
  if (hash == nullptr) return;
  hash->each([&](std::string_view field, std::string_view) { context.reply.bulk(field); });
}

void hvals(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  context.reply.array(hash == nullptr ? 0 : hash->size());
  if (hash == nullptr) return;
  hash->each([&](std::string_view, std::string_view value) { context.reply.bulk(value); });
}

void hlen(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  context.reply.integer(hash == nullptr ? std::size_t{0} : hash->size());
}

void hexists(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  context.reply.boolean(hash != nullptr && hash->find(arguments[2]).has_value());
}

void hstrlen(Context& context, const Arguments& arguments) {
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  const auto value = hash == nullptr ? std::nullopt : hash->find(arguments[2]);
  context.reply.integer(value ? value->size() : std::size_t{0});
}

void hdel(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (!context.is(entry, Type::hash)) return;
  std::size_t count = 0;
  for (std::size_t i = 2; entry != nullptr && i < arguments.size(); ++i) {
    if (value_of<Hash>(entry)->erase(arguments[i])) ++count;
  }
  if (count != 0) value_changed(context, key, entry);
  context.reply.integer(count);
}

void hincrby(Context& context, const Arguments& arguments) {
  const auto by = resp_integer(arguments[3]);
  if (!by) return context.reply.not_integer();
  const Key key = context.key(arguments[1]);
  Entry* found = context.find(key);
  if (!context.is(found, Type::hash)) return;
  std::int64_t before = 0;
  if (const auto text =
          found == nullptr ? std::nullopt : value_of<Hash>(found)->find(arguments[2])) {
    const auto number = resp_integer(*text);
    if (!number) return context.reply.error("ERR hash value is not an integer");
    before = *number;
  }
  const auto after = sum(before, *by);
  if (!after) return context.reply.error("ERR increment or decrement would overflow");
  Entry* entry = find_or_make(context, key);
  value_of<Hash>(entry)->set(arguments[2], std::to_string(*after));
  value_changed(context, key, entry);
  context.reply.integer(*after);
}

void hincrbyfloat(Context& context, const Arguments& arguments) {
  const auto by = parse_real(arguments[3]);
  if (!by) return context.reply.error("ERR value is not a valid float");
  if (std::isinf(*by)) return context.reply.error("ERR value is NaN or Infinity");
  const Key key = context.key(arguments[1]);
  Entry* found = context.find(key);
  if (!context.is(found, Type::hash)) return;
  long double before = 0;
  if (const auto text =
          found == nullptr ? std::nullopt : value_of<Hash>(found)->find(arguments[2])) {
    const auto number = parse_real(*text);
    if (!number) return context.reply.error("ERR hash value is not a float");
    before = *number;
  }
  const std::string after = real_text(before + *by);
  if (!parse_real(after) || after.ends_with("inf")) {
    return context.reply.error("ERR increment would produce NaN or Infinity");
  }
  Entry* entry = find_or_make(context, key);
  value_of<Hash>(entry)->set(arguments[2], after);
  value_changed(context, key, entry);
  context.journal_as("HSET", key.text, arguments[2], after);
  context.reply.bulk(after);
}

void hscan(Context& context, const Arguments& arguments) {
  const auto begin = parse_cursor(context, arguments[2]);
  if (!begin) return;
  const Hash* hash = nullptr;
  if (!read(context, arguments, hash)) return;
  if (hash == nullptr) {  // whatever the options are
    context.reply.array(2);
    context.reply.bulk("0");
    return context.reply.array(0);
  }
  const auto options = parse_scan(context, arguments, 3, false);
  if (!options) return;
  std::vector<std::pair<std::string, std::string>> found;
  std::uint64_t cursor = *begin;
  std::size_t seen = 0;
  do {
    cursor = hash->scan(cursor, [&](std::string_view field, std::string_view value) {
      ++seen;
      if (glob_matches(options->pattern, field)) found.emplace_back(field, value);
    });
  } while (cursor != 0 && seen < options->count);
  context.reply.array(2);
  context.reply.bulk(std::to_string(cursor));
  context.reply.array(found.size() * 2);
  for (const auto& [field, value] : found) {
    context.reply.bulk(field);
    context.reply.bulk(value);
  }
}

constexpr Command hash_table[] = {
    {"hdel", -3, writes | fast, 1, 1, 1, hdel,
     "Deletes one or more fields and their values from a hash."},
    {"hexists", 3, reads | fast, 1, 1, 1, hexists, "Determines whether a field exists in a hash."},
    {"hget", 3, reads | fast, 1, 1, 1, hget, "Returns the value of a field in a hash."},
    {"hgetall", 2, reads, 1, 1, 1, hgetall, "Returns all fields and values in a hash."},
    {"hincrby", 4, writes | grows | fast, 1, 1, 1, hincrby,
     "Increments the integer value of a field in a hash by a number."},
    {"hincrbyfloat", 4, writes | grows | fast, 1, 1, 1, hincrbyfloat,
     "Increments the floating point value of a field by a number."},
    {"hkeys", 2, reads, 1, 1, 1, hkeys, "Returns all fields in a hash."},
    {"hlen", 2, reads | fast, 1, 1, 1, hlen, "Returns the number of fields in a hash."},
    {"hmget", -3, reads | fast, 1, 1, 1, hmget, "Returns the values of all fields in a hash."},
    {"hmset", -4, writes | grows | fast, 1, 1, 1, hmset, "Sets the values of multiple fields."},
    {"hscan", -3, reads, 1, 1, 1, hscan, "Iterates over fields and values of a hash."},
    {"hset", -4, writes | grows | fast, 1, 1, 1, hset,
     "Creates or modifies the value of a field in a hash."},
    {"hsetnx", 4, writes | grows | fast, 1, 1, 1, hsetnx,
     "Sets the value of a field in a hash only when the field doesn't exist."},
    {"hstrlen", 3, reads | fast, 1, 1, 1, hstrlen, "Returns the length of the value of a field."},
    {"hvals", 2, reads, 1, 1, 1, hvals, "Returns all values in a hash."},
};

}  // namespace

std::span<const Command> hash_commands() { return hash_table; }

}  // namespace weir::kv
