// Lists and hashes as commands get at them.
#pragma once

#include <memory>
#include <utility>

#include "kv/context.hpp"
#include "kv/hash_value.hpp"
#include "kv/list_value.hpp"

namespace weir::kv {

template <class Value>
inline constexpr Type type_of = Type::string;
template <>
inline constexpr Type type_of<List> = Type::list;
template <>
inline constexpr Type type_of<Hash> = Type::hash;

/// What `entry`, which is of that type, holds; nullptr of nothing.
template <class Value>
[[nodiscard]] Value* value_of(const Entry* entry) {
  return entry == nullptr ? nullptr : static_cast<Value*>(entry->object());
}

/// An entry at `key`, where nothing is, for `value`.
template <class Value>
Entry* put_value(const Context& context, const Key& key, std::unique_ptr<Value> value) {
  return context.shard(key).put(
      key, nullptr, Entry::make(key.text, type_of<Value>, std::move(value)), context.now);
}

/// The value has changed: brings the sums up to date; one without elements goes with its key.
inline void value_changed(Context& context, const Key& key, Entry* entry) {
  if (entry->object()->size() == 0) {
    context.shard(key).remove(key, entry);
  } else {
    context.shard(key).account(*entry);
  }
  context.changed(key);
}

}  // namespace weir::kv
