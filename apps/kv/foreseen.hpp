// Foreseen: the commands that stand in a read and have not had their turn yet, and their keys.
//
// A key's bucket and entry are mostly not in the processor's cache, and a command that waits for
// them does nothing else meanwhile. So those of several commands are asked for at once, before the
// first of them is run:
//
//     read    GET a | SET b 1 | MGET c d | ...      commands that are whole
//     here    a       b         c d                 hashed once; buckets asked for, then entries
//
// What was found on the way is not looked for again. Lives while the commands of one read are run,
// on a loop's thread; the read outlives it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "kv/command.hpp"
#include "kv/store.hpp"

namespace weir::kv {

class Foreseen {
 public:
  /// Commands and keys that are looked at together: so many lines of cache are asked for at once.
  static constexpr std::size_t most_commands = 16;
  static constexpr std::size_t most_keys = 24;

  /// Looks at the commands that `input` begins with. None of the reader's may be left of the last
  /// time, and no shard be locked.
  void look(RespCommandReader& reader, std::string_view input, const CommandTable& commands,
            Store& store);

  // Both are views into the read, and are asked for in the order in which they stand there. What
  // was not foreseen is answered with nullptr.

  /// The command of that name.
  [[nodiscard]] const Command* command(std::string_view name) {
    const Command* const* found = commands_.find(name);
    return found == nullptr ? nullptr : *found;
  }
  /// The hash of that key.
  [[nodiscard]] const std::uint64_t* hash(std::string_view key) { return hashes_.find(key); }

 private:
  /// What was found out about views into the read. Nothing is written to it before there are any:
  /// most reads bring one or two.
  template <class T, std::size_t most>
  class Notes {
   public:
    void clear() { next_ = count_ = 0; }
    [[nodiscard]] bool full() const { return count_ == most; }
    void add(std::string_view text, const T& value) {
      views_[count_] = {text.data(), text.size()};
      values_[count_++] = value;
    }
    [[nodiscard]] std::span<const T> values() const { return {values_.data(), count_}; }
    [[nodiscard]] const T* find(std::string_view text) {
      while (next_ != count_ && std::less<>()(views_[next_].begin, text.data())) ++next_;
      if (next_ == count_ || views_[next_].begin != text.data()) return nullptr;
      return views_[next_].size == text.size() ? &values_[next_] : nullptr;
    }

   private:
    struct View {
      const char* begin;
      std::size_t size;
    };

    std::array<View, most> views_;
    std::array<T, most> values_;
    std::size_t next_ = 0;
    std::size_t count_ = 0;
  };

  Notes<const Command*, most_commands> commands_;
  Notes<std::uint64_t, most_keys> hashes_;
};

}  // namespace weir::kv
