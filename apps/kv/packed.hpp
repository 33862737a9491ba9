// Packed: a few strings, one behind the other in one block: what a small hash and a piece of a list
// are made of.
//
//     +------+-------+------+ +------+-------+------+
//     | size | bytes | size | | size | bytes | size |     a size is 1 byte below 254, else 255 and
//     4
//     +------+-------+------+ +------+-------+------+     bytes; the second one is mirrored, so
//     that ^0                      ^next(0)               ^end()   the way back is as short
//
// A position is valid until the next change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::kv {

class Packed {
 public:
  using Position = std::size_t;

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t bytes() const { return data_.size(); }
  /// Bytes of the block, whatever stands in it.
  [[nodiscard]] std::size_t capacity() const { return data_.capacity(); }

  [[nodiscard]] Position end() const { return data_.size(); }
  /// Not of the end.
  [[nodiscard]] std::string_view at(Position position) const;
  [[nodiscard]] Position next(Position position) const;
  /// Not of 0. Of the end: the last one.
  [[nodiscard]] Position previous(Position position) const;
  /// The end where there are not so many.
  [[nodiscard]] Position nth(std::size_t index) const;

  void push_back(std::string_view text) { insert(end(), text); }
  void push_front(std::string_view text) { insert(0, text); }
  /// Before what stands at `position`. Throws std::bad_alloc and has changed nothing then.
  void insert(Position position, std::string_view text);
  void erase(Position position);
  void replace(Position position, std::string_view text);

 private:
  [[nodiscard]] std::size_t size_at(Position position) const;
  [[nodiscard]] static std::size_t mark_size(std::size_t size) { return size < 254 ? 1 : 5; }
  [[nodiscard]] static std::string packed(std::string_view text);

  std::string data_;
  std::size_t count_ = 0;
};

}  // namespace weir::kv
