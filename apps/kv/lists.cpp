// Lists: LPUSH, LPOP and their kin. Waiting for elements is in blocking.cpp.
#include <algorithm>
#include <optional>
#include <string>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/numbers.hpp"
#include "kv/objects.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

using End = List::End;

void push(Context& context, const Arguments& arguments, End end, bool only_if_there) {
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (!context.is(entry, Type::list)) return;
  if (entry == nullptr) {
    if (only_if_there) return context.reply.integer(std::size_t{0});
    entry = put_value(context, key, std::make_unique<List>());
  }
  List& list = *value_of<List>(entry);
  for (std::size_t i = 2; i < arguments.size(); ++i) list.push(end, arguments[i]);
  context.reply.integer(list.size());
  value_changed(context, key, entry);
}

void lpush(Context& context, const Arguments& arguments) {
  push(context, arguments, End::front, false);
}

void rpush(Context& context, const Arguments& arguments) {
  push(context, arguments, End::back, false);
}

void lpushx(Context& context, const Arguments& arguments) {
  push(context, arguments, End::front, true);
}

void rpushx(Context& context, const Arguments& arguments) {
  push(context, arguments, End::back, true);
}

void pop(Context& context, const Arguments& arguments, End end, std::string_view name) {
  if (arguments.size() > 3) {
    return context.reply.error("ERR wrong number of arguments for '" + std::string(name) +
                               "' command");
  }
  const bool counted = arguments.size() == 3;
  std::size_t count = 1;
  if (counted) {
    const auto number = resp_integer(arguments[2]);
    if (!number || *number < 0) {
      return context.reply.error("ERR value is out of range, must be positive");
    }
    count = static_cast<std::size_t>(*number);
  }
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (!context.is(entry, Type::list)) return;
  if (entry == nullptr) return counted ? context.reply.null_array() : context.reply.null();
  List& list = *value_of<List>(entry);
  count = std::min(count, list.size());
  if (counted) context.reply.array(count);
  for (std::size_t i = 0; i < count; ++i) context.reply.bulk(list.pop(end));
  if (count != 0) value_changed(context, key, entry);
}

void lpop(Context& context, const Arguments& arguments) {
  pop(context, arguments, End::front, "lpop");
}

void rpop(Context& context, const Arguments& arguments) {
  pop(context, arguments, End::back, "rpop");
}

/// Of a command that reads. False after an error.
bool read(Context& context, const Arguments& arguments, const List*& list) {
  const Entry* entry = context.look_up(context.key(arguments[1]));
  if (!context.is(entry, Type::list)) return false;
  list = value_of<List>(entry);
  return true;
}

void llen(Context& context, const Arguments& arguments) {
  const List* list = nullptr;
  if (!read(context, arguments, list)) return;
  context.reply.integer(list == nullptr ? std::size_t{0} : list->size());
}

void lrange(Context& context, const Arguments& arguments) {
  const auto first = resp_integer(arguments[2]);
  const auto last = resp_integer(arguments[3]);
  if (!first || !last) return context.reply.not_integer();
  const List* list = nullptr;
  if (!read(context, arguments, list)) return;
  const Span span = span_of(*first, *last, list == nullptr ? 0 : list->size());
  context.reply.array(span.count);
  if (span.count == 0) return;
  list->each(span.first, span.count, [&](std::string_view text) { context.reply.bulk(text); });
}

/// From the end where it is below zero; nothing outside.
std::optional<std::size_t> place_in(const List& list, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(list.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  return static_cast<std::size_t>(index);
}

void lindex(Context& context, const Arguments& arguments) {
  const List* list = nullptr;
  if (!read(context, arguments, list)) return;
  if (list == nullptr) return context.reply.null();
  const auto index = resp_integer(arguments[2]);
  if (!index) return context.reply.not_integer();
  const auto place = place_in(*list, *index);
  place ? context.reply.bulk(list->at(*place)) : context.reply.null();
}

void lset(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (entry == nullptr) return context.reply.error("ERR no such key");
  if (!context.is(entry, Type::list)) return;
  const auto index = resp_integer(arguments[2]);
  if (!index) return context.reply.not_integer();
  const auto place = place_in(*value_of<List>(entry), *index);
  if (!place) return context.reply.error("ERR index out of range");
  value_of<List>(entry)->set(*place, arguments[3]);
  value_changed(context, key, entry);
  context.reply.ok();
}

void ltrim(Context& context, const Arguments& arguments) {
  const auto first = resp_integer(arguments[2]);
  const auto last = resp_integer(arguments[3]);
  if (!first || !last) return context.reply.not_integer();
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (!context.is(entry, Type::list)) return;
  if (entry != nullptr) {
    List& list = *value_of<List>(entry);
    const Span span = span_of(*first, *last, list.size());
    list.trim(span.first, span.count);
    value_changed(context, key, entry);
  }
  context.reply.ok();
}

void lrem(Context& context, const Arguments& arguments) {
  const auto count = resp_integer(arguments[2]);
  if (!count) return context.reply.not_integer();
  const Key key = context.key(arguments[1]);
  Entry* entry = context.find(key);
  if (!context.is(entry, Type::list)) return;
  if (entry == nullptr) return context.reply.integer(std::size_t{0});
  const auto most =
      *count < 0 ? 0 - static_cast<std::uint64_t>(*count) : static_cast<std::uint64_t>(*count);
  const std::size_t removed =
      value_of<List>(entry)->remove(*count < 0 ? End::back : End::front, most, arguments[3]);
  if (removed != 0) value_changed(context, key, entry);
  context.reply.integer(removed);
}

constexpr Command list_table[] = {
    {"lindex", 3, reads, 1, 1, 1, lindex, "Returns an element from a list by its index."},
    {"llen", 2, reads | fast, 1, 1, 1, llen, "Returns the length of a list."},
    {"lpop", -2, writes | fast, 1, 1, 1, lpop,
     "Returns the first elements in a list after removing it."},
    {"lpush", -3, writes | grows | fast, 1, 1, 1, lpush,
     "Prepends one or more elements to a list. Creates the key if it doesn't exist."},
    {"lpushx", -3, writes | grows | fast, 1, 1, 1, lpushx,
     "Prepends one or more elements to a list only when the list exists."},
    {"lrange", 4, reads, 1, 1, 1, lrange, "Returns a range of elements from a list."},
    {"lrem", 4, writes, 1, 1, 1, lrem, "Removes elements from a list."},
    {"lset", 4, writes | grows, 1, 1, 1, lset,
     "Sets the value of an element in a list by its index."},
    {"ltrim", 4, writes, 1, 1, 1, ltrim, "Removes elements from both ends a list."},
    {"rpop", -2, writes | fast, 1, 1, 1, rpop, "Returns and removes the last elements of a list."},
    {"rpush", -3, writes | grows | fast, 1, 1, 1, rpush,
     "Appends one or more elements to a list. Creates the key if it doesn't exist."},
    {"rpushx", -3, writes | grows | fast, 1, 1, 1, rpushx,
     "Appends an element to a list only when the list exists."},
};

}  // namespace

std::span<const Command> list_commands() { return list_table; }

}  // namespace weir::kv
