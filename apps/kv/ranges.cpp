// Parts of strings: APPEND, GETRANGE, SETRANGE and their kin. LCS is in lcs.cpp.
#include <cstring>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/lcs.hpp"
#include "kv/numbers.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

/// False after an error.
bool may_be_so_long(Context& context, std::uint64_t size) {
  if (size <= context.service.settings().max_bulk) return true;
  context.reply.error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  return false;
}

void append(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  Entry* found = context.find(key);
  if (!context.is(found, Type::string)) return;
  const std::string_view text = arguments[2];
  const std::size_t before = found == nullptr ? 0 : found->value().size();
  if (!may_be_so_long(context, before + text.size())) return;
  Entry* entry = context.shard(key).resize(key, found, before + text.size(), context.now);
  if (!text.empty()) std::memcpy(entry->value_bytes() + before, text.data(), text.size());
  if (before == 0) entry->changed_in_place = false;
  context.changed(key);
  context.reply.integer(before + text.size());
}

void strlen(Context& context, const Arguments& arguments) {
  const Entry* entry = context.look_up(context.key(arguments[1]));
  if (!context.is(entry, Type::string)) return;
  context.reply.integer(entry == nullptr ? std::size_t{0} : entry->value().size());
}

void getrange(Context& context, const Arguments& arguments) {
  const auto first = resp_integer(arguments[2]);
  const auto last = resp_integer(arguments[3]);
  if (!first || !last) return context.reply.not_integer();
  const Entry* entry = context.look_up(context.key(arguments[1]));
  if (!context.is(entry, Type::string)) return;
  if (entry == nullptr) return context.reply.bulk("");
  const std::string_view value = entry->value();
  // Both before the beginning is nothing only when the last one is before the first.
  if (*first < 0 && *last < 0 && *first > *last) return context.reply.bulk("");
  const auto size = static_cast<std::int64_t>(value.size());
  const std::int64_t end = *last < 0 ? std::max<std::int64_t>(*last + size, 0) : *last;
  const Span span = span_of(*first, end, value.size());
  context.reply.bulk(value.substr(span.first, span.count));
}

void setrange(Context& context, const Arguments& arguments) {
  const auto offset = resp_integer(arguments[2]);
  if (!offset) return context.reply.not_integer();
  if (*offset < 0) return context.reply.error("ERR offset is out of range");
  const Key key = context.key(arguments[1]);
  Entry* found = context.find(key);
  if (!context.is(found, Type::string)) return;
  const std::string_view text = arguments[3];
  const std::size_t before = found == nullptr ? 0 : found->value().size();
  if (text.empty()) return context.reply.integer(before);
  const auto begin = static_cast<std::uint64_t>(*offset);
  if (begin > Entry::longest) return static_cast<void>(may_be_so_long(context, begin));
  if (!may_be_so_long(context, begin + text.size())) return;
  const std::size_t size = std::max<std::size_t>(before, begin + text.size());
  Entry* entry = context.shard(key).resize(key, found, size, context.now);
  std::memcpy(entry->value_bytes() + begin, text.data(), text.size());
  context.changed(key);
  context.reply.integer(size);
}

constexpr Command range_table[] = {
    {"append", 3, writes | grows | fast, 1, 1, 1, append,
     "Appends a string to the value of a key. Creates the key if it doesn't exist."},
    {"getrange", 4, reads, 1, 1, 1, getrange, "Returns a substring of the string stored at a key."},
    {"lcs", -3, reads, 1, 2, 1, lcs, "Finds the longest common substring."},
    {"setrange", 4, writes | grows, 1, 1, 1, setrange,
     "Overwrites a part of a string value with another by an offset. Creates the key if it doesn't "
     "exist."},
    {"strlen", 2, reads | fast, 1, 1, 1, strlen, "Returns the length of a string value."},
    {"substr", 4, reads, 1, 1, 1, getrange, "Returns a substring from a string value."},
};

}  // namespace

std::span<const Command> range_commands() { return range_table; }

}  // namespace weir::kv
