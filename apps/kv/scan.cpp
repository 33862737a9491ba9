// Going through all keys: KEYS, SCAN, RANDOMKEY, DBSIZE, FLUSHALL.
#include "kv/scan.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/glob.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

std::optional<std::uint64_t> parse_cursor(Context& context, std::string_view text) {
  std::uint64_t number = 0;
  if (text.empty()) return number;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    context.reply.error("ERR invalid cursor");
    return std::nullopt;
  }
  return negative ? 0 - number : number;
}

std::optional<ScanOptions> parse_scan(Context& context, const Arguments& arguments, std::size_t at,
                                      bool typed) {
  ScanOptions options;
  for (std::size_t i = at; i < arguments.size(); i += 2) {
    const bool has_value = i + 1 < arguments.size();
    if (has_value && same_word(arguments[i], "count")) {
      const auto count = resp_integer(arguments[i + 1]);
      if (!count) {
        context.reply.not_integer();
        return std::nullopt;
      }
      if (*count >= 1) {
        options.count = static_cast<std::size_t>(*count);
        continue;
      }
    } else if (has_value && same_word(arguments[i], "match")) {
      options.pattern = arguments[i + 1];
      continue;
    } else if (has_value && typed && same_word(arguments[i], "type")) {
      options.type = arguments[i + 1];
      continue;
    }
    context.reply.syntax_error();
    return std::nullopt;
  }
  return options;
}

namespace {

void keys(Context& context, const Arguments& arguments) {
  const std::string_view pattern = arguments[1];
  std::vector<std::string_view> found;
  Store& store = context.service.store();
  for (std::size_t i = 0; i < store.shards(); ++i) {
    store.at(i).keys().each([&](const Entry& entry) {
      const bool over = entry.has_expiry() && entry.expires() <= context.now;
      if (!over && (pattern == "*" || glob_matches(pattern, entry.key()))) {
        found.push_back(entry.key());
      }
    });
  }
  context.reply.array(found.size());
  for (const std::string_view key : found) context.reply.bulk(key);
}

/// A cursor counts within a shard, and the shards in its lowest digits.
void scan(Context& context, const Arguments& arguments) {
  const auto begin = parse_cursor(context, arguments[1]);
  if (!begin) return;
  const auto options = parse_scan(context, arguments, 2, true);
  if (!options) return;
  Store& store = context.service.store();
  std::size_t place = *begin % store.shards();
  std::uint64_t cursor = *begin / store.shards();
  std::vector<std::string> found;
  std::size_t seen = 0;
  // As many empty places as redis-server: ten for each key that was asked for.
  const std::size_t most_steps = options->count * 10;
  for (std::size_t steps = 0; seen < options->count && steps < most_steps; ++steps) {
    cursor = store.at(place).keys().scan(cursor, [&](const Entry& entry) {
      ++seen;
      const bool over = entry.has_expiry() && entry.expires() <= context.now;
      if (over || (options->type && !same_word(*options->type, to_string(entry.type())))) return;
      if (glob_matches(options->pattern, entry.key())) found.emplace_back(entry.key());
    });
    if (cursor == 0 && ++place == store.shards()) break;
  }
  const bool over = place == store.shards();
  context.reply.array(2);
  context.reply.bulk(std::to_string(over ? 0 : cursor * store.shards() + place));
  context.reply.array(found.size());
  for (const std::string& key : found) context.reply.bulk(key);
}

void randomkey(Context& context, const Arguments&) {
  Store& store = context.service.store();
  std::size_t total = 0;
  for (std::size_t i = 0; i < store.shards(); ++i) total += store.at(i).size();
  // Each shard by how much it has. One that has expired is no answer, but neither are all.
  constexpr int tries = 100;
  for (int i = 0; i < tries && total != 0; ++i) {
    std::uint64_t index = store.random() % total;
    std::size_t place = 0;
    for (; index >= store.at(place).size(); ++place) index -= store.at(place).size();
    const Entry* entry = store.at(place).keys().sample(store.random());
    if (entry == nullptr || (entry->has_expiry() && entry->expires() <= context.now)) continue;
    return context.reply.bulk(entry->key());
  }
  context.reply.null();
}

void dbsize(Context& context, const Arguments&) {
  Store& store = context.service.store();
  std::size_t total = 0;
  for (std::size_t i = 0; i < store.shards(); ++i) total += store.at(i).size();
  context.reply.integer(total);
}

void flush(Context& context, const Arguments& arguments) {
  const bool takes = arguments.size() == 1 ||
                     (arguments.size() == 2 &&
                      (same_word(arguments[1], "async") || same_word(arguments[1], "sync")));
  if (!takes) return context.reply.syntax_error();
  Store& store = context.service.store();
  for (std::size_t i = 0; i < store.shards(); ++i) store.at(i).clear();
  context.all_changed();
  context.reply.ok();
}

constexpr Command scan_table[] = {
    {"dbsize", 1, reads | all_keys | fast, 0, 0, 0, dbsize,
     "Returns the number of keys in the database."},
    {"flushall", -1, writes | all_keys, 0, 0, 0, flush, "Removes all keys from all databases."},
    {"flushdb", -1, writes | all_keys, 0, 0, 0, flush,
     "Remove all keys from the current database."},
    {"keys", 2, reads | all_keys, 0, 0, 0, keys, "Returns all key names that match a pattern."},
    {"randomkey", 1, reads | all_keys, 0, 0, 0, randomkey,
     "Returns a random key name from the database."},
    {"scan", -2, reads | all_keys, 0, 0, 0, scan, "Iterates over the key names in the database."},
};

}  // namespace

std::span<const Command> scan_commands() { return scan_table; }

}  // namespace weir::kv
