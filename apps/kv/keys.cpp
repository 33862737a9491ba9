// Keys, whatever their values. Going through all of them is in scan.cpp.
#include <optional>
#include <string>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/objects.hpp"
#include "kv/sessions.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

void del(Context& context, const Arguments& arguments) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Key key = context.key(arguments[i]);
    const Entry* found = context.find(key);
    if (found == nullptr) continue;
    context.shard(key).remove(key, found);
    context.changed(key);
    ++count;
  }
  context.reply.integer(count);
}

/// EXISTS and TOUCH.
void exists(Context& context, const Arguments& arguments) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (context.look_up(context.key(arguments[i])) != nullptr) ++count;
  }
  context.reply.integer(count);
}

void type(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  const Entry* entry = context.shard(key).peek(key, context.now);
  context.reply.simple(entry == nullptr ? "none" : to_string(entry->type()));
}

/// An entry at `key` that has the value of `from`, which keeps it, and its time.
Entry::Owner copy_of(const Entry& from, std::string_view key) {
  if (from.type() == Type::string) return Entry::make(key, from.value(), from.expires());
  return Entry::make(key, from.type(), from.object()->copy(), from.expires());
}

/// The same, and `from` has nothing any more.
Entry::Owner moved_from(Entry& from, std::string_view key) {
  if (from.type() == Type::string) return copy_of(from, key);
  Entry::Owner entry = Entry::make(key, from.type(), nullptr, from.expires());
  from.swap_object(*entry);
  return entry;
}

/// The entry at `from` stands at `to` afterwards.
void move(Context& context, const Key& from, Entry* entry, const Key& to) {
  const Entry::Owner taken = context.shard(from).take(from, entry);
  Entry* replaced = context.find(to);
  context.shard(to).put(to, replaced, moved_from(*taken, to.text), context.now);
  context.changed(from);
  context.changed(to);
}

void rename(Context& context, const Arguments& arguments) {
  const Key from = context.key(arguments[1]);
  const Key to = context.key(arguments[2]);
  Entry* entry = context.find(from);
  if (entry == nullptr) return context.reply.error("ERR no such key");
  if (from.text != to.text) move(context, from, entry, to);
  context.reply.ok();
}

void renamenx(Context& context, const Arguments& arguments) {
  const Key from = context.key(arguments[1]);
  const Key to = context.key(arguments[2]);
  Entry* entry = context.find(from);
  if (entry == nullptr) return context.reply.error("ERR no such key");
  if (context.find(to) != nullptr) return context.reply.boolean(false);
  move(context, from, entry, to);
  context.reply.boolean(true);
}

void copy(Context& context, const Arguments& arguments) {
  bool replaces = false;
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    if (same_word(arguments[i], "replace")) {
      replaces = true;
    } else if (same_word(arguments[i], "db") && i + 1 < arguments.size()) {
      const auto number = resp_integer(arguments[++i]);
      if (!number) return context.reply.not_integer();
      if (*number != 0) return context.reply.error("ERR DB index is out of range");
    } else {
      return context.reply.syntax_error();
    }
  }
  const Key from = context.key(arguments[1]);
  const Key to = context.key(arguments[2]);
  if (from.text == to.text) {
    return context.reply.error("ERR source and destination objects are the same");
  }
  const Entry* entry = context.look_up(from);
  if (entry == nullptr) return context.reply.boolean(false);
  Entry::Owner copied = copy_of(*entry, to.text);
  Entry* found = context.find(to);
  if (found != nullptr && !replaces) return context.reply.boolean(false);
  context.shard(to).put(to, found, std::move(copied), context.now);
  context.changed(to);
  context.reply.boolean(true);
}

std::string_view encoding_of(const Entry& entry) {
  constexpr std::size_t longest_embedded = 44;
  if (entry.type() == Type::list) return "quicklist";
  if (entry.type() == Type::hash) {
    return value_of<Hash>(&entry)->is_packed() ? "listpack" : "hashtable";
  }
  if (entry.changed_in_place) return "raw";
  if (resp_integer(entry.value())) return "int";
  return entry.value().size() <= longest_embedded ? "embstr" : "raw";
}

void object(Context& context, const Arguments& arguments) {
  const bool encoding = same_word(arguments[1], "encoding");
  const bool idle_time = same_word(arguments[1], "idletime");
  const bool references = same_word(arguments[1], "refcount");
  if (!encoding && !idle_time && !references) {
    return unknown_subcommand(context, arguments, "OBJECT");
  }
  if (arguments.size() != 3) {
    return wrong_subcommand_arity(context, "object",
                                  encoding    ? "encoding"
                                  : idle_time ? "idletime"
                                              : "refcount");
  }
  const Key key = context.key(arguments[2]);
  const Entry* entry = context.shard(key).peek(key, context.now);
  if (entry == nullptr) return context.reply.null();
  if (encoding) return context.reply.bulk(encoding_of(*entry));
  if (references) return context.reply.integer(std::size_t{1});
  context.reply.integer(Shard::idle_time(*entry, context.now) / 1000);
}

constexpr Command key_table[] = {
    {"copy", -3, writes | grows, 1, 2, 1, copy, "Copies the value of a key to a new key."},
    {"del", -2, writes, 1, -1, 1, del, "Deletes one or more keys."},
    {"exists", -2, reads | fast, 1, -1, 1, exists, "Determines whether one or more keys exist."},
    {"object", -2, reads, 2, 2, 1, object, "A container for object introspection commands."},
    {"rename", 3, writes, 1, 2, 1, rename, "Renames a key and overwrites the destination."},
    {"renamenx", 3, writes | fast, 1, 2, 1, renamenx,
     "Renames a key only when the target key name doesn't exist."},
    {"touch", -2, reads | fast, 1, -1, 1, exists,
     "Returns the number of existing keys out of those specified after updating the time they "
     "were last accessed."},
    {"type", 2, reads | fast, 1, 1, 1, type, "Determines the type of value stored at a key."},
    {"unlink", -2, writes | fast, 1, -1, 1, del, "Asynchronously deletes one or more keys."},
};

}  // namespace

std::span<const Command> key_commands() { return key_table; }

}  // namespace weir::kv
