#include "kv/hash_value.hpp"

#include <cstring>

namespace weir::kv {

std::unique_ptr<Object> Hash::copy() const {
  auto hash = std::make_unique<Hash>(seed_);
  if (table_ == nullptr) {
    hash->packed_ = packed_;
    return hash;
  }
  hash->unpack();
  each([&](std::string_view field, std::string_view value) { hash->set(field, value); });
  return hash;
}

std::size_t Hash::memory() const {
  const std::size_t table = table_ == nullptr ? 0 : sizeof(Table) + table_->memory() + bytes_;
  return sizeof(Hash) + packed_.capacity() + table;
}

Packed::Position Hash::find_packed(std::string_view field) const {
  for (Packed::Position at = 0; at != packed_.end(); at = packed_.next(packed_.next(at))) {
    if (packed_.at(at) == field) return at;
  }
  return packed_.end();
}

std::optional<std::string_view> Hash::find(std::string_view field) const {
  if (table_ != nullptr) {
    const Entry* entry = table_->find(field, table_->hash(field));
    return entry == nullptr ? std::nullopt : std::optional(entry->value());
  }
  const Packed::Position at = find_packed(field);
  if (at == packed_.end()) return std::nullopt;
  return packed_.at(packed_.next(at));
}

bool Hash::set(std::string_view field, std::string_view value) {
  if (table_ == nullptr) {
    const Packed::Position at = find_packed(field);
    const bool is_new = at == packed_.end();
    if (field.size() <= longest_packed && value.size() <= longest_packed &&
        (!is_new || size() < most_packed)) {
      if (is_new) {
        packed_.push_back(field);
        packed_.push_back(value);
      } else {
        packed_.replace(packed_.next(at), value);
      }
      return is_new;
    }
    unpack();
  }
  const std::uint64_t hash = table_->hash(field);
  Entry* entry = table_->find(field, hash);
  if (entry != nullptr && entry->resize(value.size())) {
    if (!value.empty()) std::memcpy(entry->value_bytes(), value.data(), value.size());
    return false;
  }
  Entry::Owner fresh = Entry::make(field, value);
  bytes_ += fresh->block_size();
  if (entry == nullptr) {
    table_->insert(std::move(fresh), hash);
    return true;
  }
  bytes_ -= entry->block_size();
  table_->replace(entry, fresh.release(), hash);
  Entry::destroy(entry);
  return false;
}

bool Hash::erase(std::string_view field) {
  if (table_ == nullptr) {
    const Packed::Position at = find_packed(field);
    if (at == packed_.end()) return false;
    packed_.erase(at);
    packed_.erase(at);
    return true;
  }
  const Entry::Owner entry(table_->take(field, table_->hash(field)));
  if (entry == nullptr) return false;
  bytes_ -= entry->block_size();
  return true;
}

void Hash::unpack() {
  const Packed packed = std::move(packed_);
  packed_ = {};
  table_ = std::make_unique<Table>(seed_);
  for (Packed::Position at = 0; at != packed.end();) {
    const Packed::Position value = packed.next(at);
    set(packed.at(at), packed.at(value));
    at = packed.next(value);
  }
}

}  // namespace weir::kv
