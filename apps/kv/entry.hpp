// Entry: a key and its value in one block of memory. Owned by the Table that it stands in.
//
//     +--------+--------+------+---------+---+----------+-----------+-------------+
//     | key    | value  | type | flags   |   | accessed | [expires] | key   value |
//     | size 4 | size 4 | 1    | 2       | 1 | 4        | 8, if any | bytes bytes |
//     +--------+--------+------+---------+---+----------+-----------+-------------+
//
// The value of a string is its bytes; of anything else a pointer to its Object, which the entry
// owns. A block may be longer than what stands in it: malloc_usable_size() is its capacity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir::kv {

enum class Type : std::uint8_t { string, list, hash };

/// As TYPE answers it.
[[nodiscard]] std::string_view to_string(Type type);

/// The value of an entry that is no string.
class Object {
 public:
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;
  [[nodiscard]] virtual std::unique_ptr<Object> copy() const = 0;
  /// Bytes that it takes, itself included; in constant time.
  [[nodiscard]] virtual std::size_t memory() const = 0;
  /// Elements; one without any is deleted with its key.
  [[nodiscard]] virtual std::size_t size() const = 0;

  /// What memory() was when it was last added to a sum.
  std::size_t accounted = 0;
};

class Entry {
 public:
  /// Time of an entry that never expires, in milliseconds since 1970.
  static constexpr std::int64_t never = -1;
  /// Bytes of a key or a string, as in redis-server.
  static constexpr std::size_t longest = 512 * 1024 * 1024;

  struct Deleter {
    void operator()(Entry* entry) const { destroy(entry); }
  };
  using Owner = std::unique_ptr<Entry, Deleter>;

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  /// Room for a value of `value_size` bytes, which the caller writes. Throws std::bad_alloc.
  [[nodiscard]] static Owner make(std::string_view key, std::size_t value_size,
                                  std::int64_t expires = never);
  [[nodiscard]] static Owner make(std::string_view key, std::string_view value,
                                  std::int64_t expires = never);
  [[nodiscard]] static Owner make(std::string_view key, Type type, std::unique_ptr<Object> object,
                                  std::int64_t expires = never);
  static void destroy(Entry* entry);

  [[nodiscard]] std::string_view key() const { return {bytes(), key_size_}; }
  [[nodiscard]] Type type() const { return type_; }
  /// Of a string.
  [[nodiscard]] std::string_view value() const { return {bytes() + key_size_, value_size_}; }
  [[nodiscard]] char* value_bytes() { return bytes() + key_size_; }
  /// Of anything else.
  [[nodiscard]] Object* object() const {
    Object* object = nullptr;
    std::memcpy(&object, bytes() + key_size_, sizeof(void*));
    return object;
  }
  /// Of two that are no strings: each owns what the other one had.
  void swap_object(Entry& other);
  [[nodiscard]] std::int64_t expires() const {
    if (!has_expiry_) return never;
    std::int64_t when = 0;
    std::memcpy(&when, behind_head(), sizeof when);
    return when;
  }
  [[nodiscard]] bool has_expiry() const { return has_expiry_; }
  /// Only with has_expiry().
  void set_expires(std::int64_t when) { std::memcpy(behind_head(), &when, sizeof when); }

  /// Of a string: its value becomes `size` bytes long, where the block is long enough for that and
  /// not far too long; what was there stays. False: make another one.
  [[nodiscard]] bool resize(std::size_t size);
  /// Bytes of the block, and of what it owns.
  [[nodiscard]] std::size_t block_size() const;

 private:
  Entry(std::size_t key_size, std::size_t value_size, Type type, bool has_expiry)
      : key_size_(static_cast<std::uint32_t>(key_size)),
        value_size_(static_cast<std::uint32_t>(value_size)),
        type_(type),
        has_expiry_(has_expiry) {}
  ~Entry() = default;

  [[nodiscard]] std::size_t head_size() const {
    return sizeof(Entry) + (has_expiry_ ? sizeof(std::int64_t) : 0);
  }
  [[nodiscard]] char* behind_head() { return reinterpret_cast<char*>(this) + sizeof(Entry); }
  [[nodiscard]] const char* behind_head() const {
    return reinterpret_cast<const char*>(this) + sizeof(Entry);
  }
  [[nodiscard]] char* bytes() { return reinterpret_cast<char*>(this) + head_size(); }
  [[nodiscard]] const char* bytes() const {
    return reinterpret_cast<const char*>(this) + head_size();
  }
  static Owner make(std::string_view key, std::size_t value_size, Type type, std::int64_t expires);

  std::uint32_t key_size_;
  std::uint32_t value_size_;
  Type type_;
  bool has_expiry_;

 public:
  /// It was changed in place, which redis-server shows as encoding "raw".
  bool changed_in_place = false;
  /// In the log that is begun anew (rewrite.hpp). Its shard's matter.
  bool in_snapshot = false;
  /// Whoever keeps time says what it means.
  std::uint32_t accessed = 0;
};

static_assert(sizeof(Entry) == 16);

}  // namespace weir::kv
