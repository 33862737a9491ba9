#include "kv/shard.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "kv/journal.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir::kv {

namespace {

/// Buckets that a tick moves of a table that changes its size.
constexpr std::size_t rehash_a_tick = 1000;

}  // namespace

Entry* Shard::peek(const Key& key, Milliseconds now) {
  Entry* entry = keys_.find(key.text, key.hash);
  if (entry == nullptr || (entry->has_expiry() && expire(*entry, key, now))) return nullptr;
  return entry;
}

/// True, and `entry` is gone, when its time is over.
bool Shard::expire(const Entry& entry, const Key& key, Milliseconds now) {
  if (!expires_keys || entry.expires() > now) return false;
  journal_removal(key.text);
  waiters_.changed(key.text);
  remove(key, &entry);
  ++figures_.expired;
  return true;
}

void Shard::journal_removal(std::string_view key) {
  if (!journal_.keeps()) return;
  std::string command;
  RespWriter(command).command({"DEL", key});
  journal_.append(command);
}

void Shard::added(const Entry& entry) {
  used_ += entry.block_size();
  if (entry.type() != Type::string) account(entry);
}

void Shard::dropped(const Entry& entry, std::uint64_t hash) {
  if (entry.has_expiry()) static_cast<void>(volatile_.take(entry.key(), hash));
  used_ -= entry.block_size();
  if (entry.type() == Type::string) return;
  // Its object may have moved to another entry, which accounts for it anew.
  if (Object* object = entry.object()) used_ -= std::exchange(object->accounted, 0);
}

void Shard::account(const Entry& entry) {
  Object& object = *entry.object();
  const std::size_t now = object.memory();
  used_ += now - object.accounted;
  object.accounted = now;
}

Entry* Shard::put(const Key& key, Entry* found, Entry::Owner owner, Milliseconds now) {
  Entry* const entry = owner.get();
  entry->accessed = access_time(now);
  entry->in_snapshot = in_snapshot_;
  if (found == nullptr) {
    keys_.insert(std::move(owner), key.hash);
  } else {
    dropped(*found, key.hash);
    keys_.replace(found, owner.release(), key.hash);
    Entry::destroy(found);
  }
  if (entry->has_expiry()) volatile_.insert_borrowed(entry, key.hash);
  added(*entry);
  return entry;
}

Entry* Shard::set(const Key& key, Entry* found, std::string_view value, Milliseconds expires,
                  Milliseconds now) {
  const bool stays = found != nullptr && found->type() == Type::string &&
                     found->has_expiry() == (expires != Entry::never);
  if (stays && found->resize(value.size())) {
    if (!value.empty()) std::memcpy(found->value_bytes(), value.data(), value.size());
    if (expires != Entry::never) found->set_expires(expires);
    found->changed_in_place = false;
    return found;
  }
  return put(key, found, Entry::make(key.text, value, expires), now);
}

Entry* Shard::resize(const Key& key, Entry* found, std::size_t size, Milliseconds now) {
  const std::size_t before = found == nullptr ? 0 : found->value().size();
  if (found == nullptr || !found->resize(size)) {
    // Grows by half, so that many small pieces cost no more than one large one.
    const std::size_t room = size > before ? size + (before == 0 ? 0 : size / 2) : size;
    Entry::Owner entry =
        Entry::make(key.text, room, found == nullptr ? Entry::never : found->expires());
    if (before != 0) {
      std::memcpy(entry->value_bytes(), found->value().data(), std::min(before, size));
    }
    static_cast<void>(entry->resize(size));
    found = put(key, found, std::move(entry), now);
  }
  if (size > before) std::memset(found->value_bytes() + before, 0, size - before);
  found->changed_in_place = true;
  return found;
}

Entry* Shard::set_expires(const Key& key, Entry* found, Milliseconds expires) {
  if (found->has_expiry() && expires != Entry::never) {
    found->set_expires(expires);
    return found;
  }
  if (!found->has_expiry() && expires == Entry::never) return found;
  // Its time is in its block, so it needs another one; an object moves there.
  const std::uint32_t accessed = found->accessed;
  Entry::Owner entry;
  if (found->type() == Type::string) {
    entry = Entry::make(key.text, found->value(), expires);
    entry->changed_in_place = found->changed_in_place;
  } else {
    entry = Entry::make(key.text, found->type(), nullptr, expires);
    found->swap_object(*entry);
  }
  Entry* const moved = put(key, found, std::move(entry), 0);
  moved->accessed = accessed;
  return moved;
}

Entry::Owner Shard::take(const Key& key, const Entry* found) {
  dropped(*found, key.hash);
  return Entry::Owner(keys_.take(key.text, key.hash));
}

void Shard::remove(const Key& key, const Entry* found) { static_cast<void>(take(key, found)); }

void Shard::clear() {
  volatile_.clear();
  keys_.clear();
  used_ = 0;
  sweep_ = 0;
  waiters_.all_changed();
}

void Shard::remove_aloud(Entry& entry) {
  const std::string text(entry.key());
  const Key key{text, keys_.hash(text)};
  journal_removal(text);
  waiters_.changed(text);
  remove(key, &entry);
}

void Shard::tick(Milliseconds now, std::size_t most) {
  keys_.rehash(rehash_a_tick);
  volatile_.rehash(rehash_a_tick);
  if (!expires_keys) return;
  std::vector<Entry*> over;
  std::size_t seen = 0;
  most = std::min(most, volatile_.size());
  while (seen < most) {
    over.clear();
    sweep_ = volatile_.scan(sweep_, [&](Entry& entry) {
      ++seen;
      if (entry.expires() <= now) over.push_back(&entry);
    });
    ++seen;                               // an empty bucket is work as well
    std::sort(over.begin(), over.end());  // a scan may show one twice
    over.erase(std::unique(over.begin(), over.end()), over.end());
    for (Entry* entry : over) {
      remove_aloud(*entry);
      ++figures_.expired;
    }
    most = std::min(most, seen + volatile_.size());
  }
}

std::uint64_t Shard::next_random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

bool Shard::evict_oldest(std::size_t tries) {
  Entry* oldest = nullptr;
  for (; tries != 0; --tries) {
    Entry* entry = keys_.sample(next_random());
    if (entry == nullptr) return false;
    if (oldest == nullptr || static_cast<std::int32_t>(entry->accessed - oldest->accessed) < 0) {
      oldest = entry;
    }
  }
  if (oldest == nullptr) return false;
  remove_aloud(*oldest);
  ++figures_.evicted;
  return true;
}

bool Shard::evict_soonest(std::size_t tries) {
  Entry* soonest = nullptr;
  for (; tries != 0; --tries) {
    Entry* entry = volatile_.sample(next_random());
    if (entry == nullptr) return false;
    if (soonest == nullptr || entry->expires() < soonest->expires()) soonest = entry;
  }
  if (soonest == nullptr) return false;
  remove_aloud(*soonest);
  ++figures_.evicted;
  return true;
}

}  // namespace weir::kv
