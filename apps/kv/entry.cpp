#include "kv/entry.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace weir::kv {

std::string_view to_string(Type type) {
  switch (type) {
    case Type::list:
      return "list";
    case Type::hash:
      return "hash";
    default:
      return "string";
  }
}

Entry::Owner Entry::make(std::string_view key, std::size_t value_size, Type type,
                         std::int64_t expires) {
  const bool has_expiry = expires != never;
  const std::size_t head = sizeof(Entry) + (has_expiry ? sizeof expires : 0);
  void* block = std::malloc(head + key.size() + value_size);
  if (block == nullptr) throw std::bad_alloc();
  Owner entry(new (block) Entry(key.size(), value_size, type, has_expiry));
  if (has_expiry) entry->set_expires(expires);
  if (!key.empty()) std::memcpy(entry->bytes(), key.data(), key.size());
  return entry;
}

Entry::Owner Entry::make(std::string_view key, std::size_t value_size, std::int64_t expires) {
  return make(key, value_size, Type::string, expires);
}

Entry::Owner Entry::make(std::string_view key, std::string_view value, std::int64_t expires) {
  Owner entry = make(key, value.size(), Type::string, expires);
  if (!value.empty()) std::memcpy(entry->value_bytes(), value.data(), value.size());
  return entry;
}

Entry::Owner Entry::make(std::string_view key, Type type, std::unique_ptr<Object> object,
                         std::int64_t expires) {
  Owner entry = make(key, sizeof(void*), type, expires);
  Object* const owned = object.release();
  std::memcpy(entry->value_bytes(), &owned, sizeof(void*));
  return entry;
}

void Entry::destroy(Entry* entry) {
  if (entry == nullptr) return;
  if (entry->type_ != Type::string) delete entry->object();
  entry->~Entry();
  std::free(entry);
}

void Entry::swap_object(Entry& other) {
  Object* const mine = object();
  Object* const theirs = other.object();
  std::memcpy(value_bytes(), &theirs, sizeof(void*));
  std::memcpy(other.value_bytes(), &mine, sizeof(void*));
}

bool Entry::resize(std::size_t size) {
  const std::size_t used = head_size() + key_size_ + size;
  const std::size_t room = malloc_usable_size(this);
  if (used > room || (room > 64 && used < room / 2)) return false;
  value_size_ = static_cast<std::uint32_t>(size);
  return true;
}

std::size_t Entry::block_size() const {
  // The word before each block is the allocator's.
  return malloc_usable_size(const_cast<Entry*>(this)) + sizeof(void*);
}

}  // namespace weir::kv
