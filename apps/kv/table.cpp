#include "kv/table.hpp"

#include <algorithm>
#include <bit>
#include <new>

namespace weir::kv {

namespace {

std::uint64_t reversed(std::uint64_t bits) {
  bits = __builtin_bswap64(bits);
  bits = (bits >> 4 & 0x0f0f0f0f0f0f0f0f) | (bits & 0x0f0f0f0f0f0f0f0f) << 4;
  bits = (bits >> 2 & 0x3333333333333333) | (bits & 0x3333333333333333) << 2;
  return (bits >> 1 & 0x5555555555555555) | (bits & 0x5555555555555555) << 1;
}

/// Buckets in which nothing may be found before a sample looks further.
constexpr std::size_t sample_tries = 64;

}  // namespace

std::uint64_t next_cursor(std::uint64_t cursor, std::uint64_t mask) {
  return reversed(reversed(cursor | ~mask) + 1);
}

std::size_t Table::memory() const {
  return (arrays_[0].count + arrays_[1].count + overflow_) * sizeof(Bucket);
}

/// Large arrays come from the system as zeros that take no memory before they are written to.
Table::Array Table::make_array(std::size_t count) {
  Array array;
  const std::size_t bytes = count * sizeof(Bucket);
  array.block.reset(std::calloc(1, bytes + alignof(Bucket)));
  if (array.block == nullptr) throw std::bad_alloc();
  void* start = array.block.get();
  std::size_t room = bytes + alignof(Bucket);
  array.buckets = static_cast<Bucket*>(std::align(alignof(Bucket), bytes, start, room));
  array.count = count;
  return array;
}

std::uint64_t* Table::find_word(std::string_view key, std::uint64_t hash, Bucket*& first) {
  const std::uint64_t tag = hash & ~pointer_bits;
  for (const Array& array : arrays_) {
    if (array.count == 0) continue;
    first = &array.buckets[hash & (array.count - 1)];
    for (Bucket* bucket = first; bucket != nullptr; bucket = bucket->more()) {
      const std::size_t places = bucket->places();
      for (std::size_t i = 0; i < places; ++i) {
        const std::uint64_t word = bucket->word[i];
        if ((word & ~pointer_bits) == tag && word != 0 && entry_of(word)->key() == key) {
          return &bucket->word[i];
        }
      }
    }
  }
  return nullptr;
}

void Table::prefetch_bucket(std::uint64_t hash) const {
  for (const Array& array : arrays_) {
    if (array.count != 0) __builtin_prefetch(&array.buckets[hash & (array.count - 1)]);
  }
}

void Table::prefetch_entry(std::uint64_t hash) const {
  const std::uint64_t tag = hash & ~pointer_bits;
  for (const Array& array : arrays_) {
    if (array.count == 0) continue;
    const auto& bucket = array.buckets[hash & (array.count - 1)].word;
    const auto* const word = std::find_if(std::begin(bucket), std::end(bucket), [tag](auto each) {
      return (each & ~pointer_bits) == tag;
    });
    if (word == std::end(bucket)) continue;
    // Its key and the beginning of its value.
    const char* entry = reinterpret_cast<const char*>(entry_of(*word));
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + sizeof(Bucket));
  }
}

Entry* Table::find(std::string_view key, std::uint64_t hash) {
  if (resizing()) rehash(1);
  Bucket* first = nullptr;
  const std::uint64_t* word = find_word(key, hash, first);
  return word == nullptr ? nullptr : entry_of(*word);
}

void Table::insert(Entry::Owner entry, std::uint64_t hash) {
  insert_entry(entry.get(), hash);
  static_cast<void>(entry.release());
}

void Table::insert_entry(Entry* entry, std::uint64_t hash) {
  if (arrays_[0].count == 0) arrays_[0] = make_array(1);
  if (resizing()) rehash(1);
  resize_if_needed();
  put(arrays_[resizing() ? 1 : 0], entry, hash);
  ++size_;
}

void Table::put(Array& array, Entry* entry, std::uint64_t hash) {
  Bucket* bucket = &array.buckets[hash & (array.count - 1)];
  for (;; bucket = bucket->more()) {
    for (std::size_t i = 0; i < bucket->places(); ++i) {
      if (bucket->word[i] != 0) continue;
      bucket->word[i] = word_of(entry, hash);
      return;
    }
    if (bucket->more() == nullptr) break;
  }
  auto* more = new Bucket{};
  ++overflow_;
  more->word[0] = bucket->word[words - 1];
  more->word[1] = word_of(entry, hash);
  bucket->set_more(more);
}

void Table::replace(const Entry* old, Entry* now, std::uint64_t hash) {
  // Behind a bucket's tag: no key is read, for that of the old entry may be gone.
  for (const Array& array : arrays_) {
    if (array.count == 0) continue;
    for (Bucket* bucket = &array.buckets[hash & (array.count - 1)]; bucket != nullptr;
         bucket = bucket->more()) {
      for (std::size_t i = 0; i < bucket->places(); ++i) {
        if (bucket->word[i] == 0 || entry_of(bucket->word[i]) != old) continue;
        bucket->word[i] = word_of(now, hash);
        return;
      }
    }
  }
}

Entry* Table::take(std::string_view key, std::uint64_t hash) {
  if (resizing()) rehash(1);
  Bucket* first = nullptr;
  std::uint64_t* word = find_word(key, hash, first);
  if (word == nullptr) return nullptr;
  Entry* entry = entry_of(*word);
  take_word(*first, word);
  --size_;
  resize_if_needed();
  return entry;
}

/// A word of the last bucket of a chain fills the hole, and the last one goes when it is empty.
void Table::take_word(Bucket& first, std::uint64_t* word) {
  *word = 0;
  Bucket* before = nullptr;
  Bucket* last = &first;
  while (Bucket* more = last->more()) {
    before = last;
    last = more;
  }
  if (before == nullptr) return;
  std::size_t filled = words;
  for (std::size_t i = 0; i < words; ++i) {
    if (last->word[i] != 0) filled = i;
  }
  const bool in_last = word >= last->word && word < last->word + words;
  if (filled != words && !in_last) {
    *word = last->word[filled];
    last->word[filled] = 0;
  }
  if (std::any_of(last->word, last->word + words, [](std::uint64_t each) { return each != 0; })) {
    return;
  }
  before->word[words - 1] = 0;
  delete last;
  --overflow_;
}

void Table::move_bucket(Bucket& first) {
  for (Bucket* bucket = &first; bucket != nullptr;) {
    for (std::size_t i = 0; i < bucket->places(); ++i) {
      if (bucket->word[i] == 0) continue;
      Entry* entry = entry_of(bucket->word[i]);
      put(arrays_[1], entry, hash(entry->key()));
      bucket->word[i] = 0;
    }
    Bucket* more = bucket->more();
    if (bucket != &first) {
      delete bucket;
      --overflow_;
    }
    bucket = more;
  }
  first.word[words - 1] = 0;
}

bool Table::rehash(std::size_t steps) {
  if (!resizing()) return false;
  for (; steps != 0 && moved_ != arrays_[0].count; --steps, ++moved_) {
    move_bucket(arrays_[0].buckets[moved_]);
  }
  if (moved_ == arrays_[0].count) {
    arrays_[0] = std::exchange(arrays_[1], {});
    moved_ = 0;
    resize_if_needed();  // much may have happened meanwhile
  }
  return true;
}

void Table::resize_if_needed() {
  if (resizing()) return;
  const std::size_t count = arrays_[0].count;
  if (size_ >= count * most_a_bucket) {
    start_resize(count * 2);
  } else if (count > 1 && size_ < count / 2) {
    start_resize(std::bit_ceil(size_ / (most_a_bucket / 2) + 1));
  }
}

void Table::start_resize(std::size_t count) {
  arrays_[1] = make_array(count);
  moved_ = 0;
  rehash(1);
}

Entry* Table::sample(std::uint64_t random) {
  if (size_ == 0) return nullptr;
  for (std::size_t tries = 0;; ++tries) {
    const Array& array = arrays_[resizing() && (tries & 1) == 0 ? 1 : 0];
    const Bucket& bucket = array.buckets[random & (array.count - 1)];
    std::size_t there = 0;
    const auto count = [&there](Entry&) { ++there; };
    visit_bucket(bucket, count);
    if (there != 0) {
      Entry* found = nullptr;
      std::size_t before = (random >> 32) % there;
      const auto choose = [&](Entry& entry) {
        if (before-- == 0) found = &entry;
      };
      visit_bucket(bucket, choose);
      return found;
    }
    // By chance at first, then one after the other.
    random = tries < sample_tries ? random * 6364136223846793005 + 1442695040888963407 : random + 1;
    if (tries < sample_tries) random ^= random >> 29;
  }
}

void Table::clear() {
  if (holds_ == Holds::own) {
    each([](Entry& entry) { Entry::destroy(&entry); });
  }
  for (Array& array : arrays_) {
    for (std::size_t i = 0; i < array.count && overflow_ != 0; ++i) {
      for (Bucket* more = array.buckets[i].more(); more != nullptr; --overflow_) {
        delete std::exchange(more, more->more());
      }
    }
    array = {};
  }
  size_ = moved_ = 0;
}

}  // namespace weir::kv
