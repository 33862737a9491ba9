// Table: a hash table of entries by their keys, that grows and shrinks without a pause.
//
//     buckets   64 bytes each, one line of cache: 8 words. A word is a pointer to an entry (48
//     bits)
//               and 16 bits of its key's hash, so that a lookup reads one line of buckets and the
//               entry, and hardly ever another entry. Full: the last word leads to one more bucket.
//
//     [w w w w w w w w] [w w w w w w w >] [w w . . . . . .]
//                                      +-> [w w . . . . . .]
//
// While it changes its size there are two arrays: what is new goes to the second, and every lookup
// and change moves one bucket of the first. Collisions on purpose need the seed of the hash.
//
// Owns its entries, or borrows them (the entries of another table by the same keys).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "kv/entry.hpp"
#include "kv/siphash.hpp"

namespace weir::kv {

class Table {
 public:
  enum class Holds : std::uint8_t { own, borrowed };

  explicit Table(const HashSeed& seed, Holds holds = Holds::own) : seed_(seed), holds_(holds) {}
  ~Table() { clear(); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  [[nodiscard]] std::uint64_t hash(std::string_view key) const { return siphash13(seed_, key); }
  [[nodiscard]] const HashSeed& seed() const { return seed_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Bytes of the buckets.
  [[nodiscard]] std::size_t memory() const;

  // `hash` is that of `key` everywhere.

  /// nullptr where there is none.
  [[nodiscard]] Entry* find(std::string_view key, std::uint64_t hash);
  /// Asks memory for the line of buckets that find() looks at, and, once that has come, for the
  /// entry.
  void prefetch_bucket(std::uint64_t hash) const;
  void prefetch_entry(std::uint64_t hash) const;
  /// Its key must not be there. Throws std::bad_alloc, and has changed nothing then.
  void insert(Entry::Owner entry, std::uint64_t hash);
  void insert_borrowed(Entry* entry, std::uint64_t hash) { insert_entry(entry, hash); }
  /// `now` stands where `old` stood, which is the caller's from now on; their keys are equal.
  void replace(const Entry* old, Entry* now, std::uint64_t hash);
  /// nullptr where there is none. The entry is the caller's from now on, if it was the table's.
  [[nodiscard]] Entry* take(std::string_view key, std::uint64_t hash);
  void clear();

  /// Calls visit(Entry&) with the entries of a few places, from `cursor` on, which is 0 first, and
  /// answers the next one, 0 at the end. Whoever is there from the first call to the last is
  /// visited, some twice; visit() changes nothing.
  template <class Visit>
  std::uint64_t scan(std::uint64_t cursor, Visit visit);
  /// All of them; visit() changes nothing.
  template <class Visit>
  void each(Visit visit) const {
    for (const Array& array : arrays_) {
      for (std::size_t i = 0; i < array.count; ++i) visit_bucket(array.buckets[i], visit);
    }
  }
  /// One by chance, in constant time as long as the table is not nearly empty; nullptr when it is.
  [[nodiscard]] Entry* sample(std::uint64_t random);
  /// Goes on with changing the size, by `steps` buckets. False when there is nothing to do.
  bool rehash(std::size_t steps);

 private:
  static constexpr std::size_t words = 8;
  static constexpr std::size_t most_a_bucket = 6;  // on average: then there are twice as many
  static constexpr std::uint64_t pointer_bits = 0xffff'ffff'ffff;
  static constexpr std::uint64_t more_bit = 1;  // of a last word: it leads to a bucket

  struct alignas(64) Bucket {
    std::uint64_t word[words];

    [[nodiscard]] Bucket* more() const {
      if ((word[words - 1] & more_bit) == 0) return nullptr;
      return std::bit_cast<Bucket*>(word[words - 1] & (pointer_bits - more_bit));
    }
    void set_more(const Bucket* bucket) {
      word[words - 1] = reinterpret_cast<std::uintptr_t>(bucket) | more_bit;
    }
    /// Words that are entries or empty.
    [[nodiscard]] std::size_t places() const { return words - (word[words - 1] & more_bit); }
  };
  struct FreeBlock {
    void operator()(void* block) const { std::free(block); }
  };
  struct Array {
    std::unique_ptr<void, FreeBlock> block{};
    Bucket* buckets = nullptr;
    std::size_t count = 0;  // a power of two, or 0
  };

  [[nodiscard]] static Entry* entry_of(std::uint64_t word) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the other way round than word_of()
    return reinterpret_cast<Entry*>(word & pointer_bits);
  }
  [[nodiscard]] static std::uint64_t word_of(const Entry* entry, std::uint64_t hash) {
    return reinterpret_cast<std::uintptr_t>(entry) | (hash & ~pointer_bits);
  }
  template <class Visit>
  static void visit_bucket(const Bucket& first, Visit& visit) {
    for (const Bucket* bucket = &first; bucket != nullptr; bucket = bucket->more()) {
      for (std::size_t i = 0; i < bucket->places(); ++i) {
        if (bucket->word[i] != 0) visit(*entry_of(bucket->word[i]));
      }
    }
  }

  [[nodiscard]] static Array make_array(std::size_t count);
  [[nodiscard]] bool resizing() const { return arrays_[1].count != 0; }
  [[nodiscard]] std::uint64_t* find_word(std::string_view key, std::uint64_t hash, Bucket*& first);
  void insert_entry(Entry* entry, std::uint64_t hash);
  void put(Array& array, Entry* entry, std::uint64_t hash);
  void take_word(Bucket& first, std::uint64_t* word);
  void move_bucket(Bucket& bucket);
  void resize_if_needed();
  void start_resize(std::size_t count);

  HashSeed seed_;
  Holds holds_;
  Array arrays_[2];
  std::size_t moved_ = 0;  // buckets of arrays_[0] that are moved, while it changes its size
  std::size_t size_ = 0;
  std::size_t overflow_ = 0;  // buckets that others lead to
};

/// The cursor counts through the lowest bits of the hash, the highest of them first: so a table
/// that changed its size meanwhile is gone on with at the same place. Source: Pieter Noordhuis's
/// dictScan in redis-server's dict.c.
[[nodiscard]] std::uint64_t next_cursor(std::uint64_t cursor, std::uint64_t mask);

template <class Visit>
std::uint64_t Table::scan(std::uint64_t cursor, Visit visit) {
  if (size_ == 0) return 0;
  const Array* small = &arrays_[0];
  if (!resizing()) {
    visit_bucket(small->buckets[cursor & (small->count - 1)], visit);
    return next_cursor(cursor, small->count - 1);
  }
  const Array* large = &arrays_[1];
  if (small->count > large->count) std::swap(small, large);
  const std::uint64_t small_mask = small->count - 1;
  const std::uint64_t large_mask = large->count - 1;
  visit_bucket(small->buckets[cursor & small_mask], visit);
  do {
    visit_bucket(large->buckets[cursor & large_mask], visit);
    cursor = next_cursor(cursor, large_mask);
  } while ((cursor & (small_mask ^ large_mask)) != 0);
  return cursor;
}

}  // namespace weir::kv
