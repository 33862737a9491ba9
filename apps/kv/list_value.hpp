// List: the value of a list: pieces of a few KiB, each a Packed, in an array with room at both
// ends. A small list is one piece.
//
//     pieces_   [room] [a b c] [d e f g h] [i j]
//                      ^first_
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kv/entry.hpp"
#include "kv/packed.hpp"

namespace weir::kv {

class List final : public Object {
 public:
  enum class End : bool { front, back };

  [[nodiscard]] std::unique_ptr<Object> copy() const override;
  [[nodiscard]] std::size_t memory() const override;
  [[nodiscard]] std::size_t size() const override { return size_; }

  void push(End end, std::string_view text);
  /// Not of an empty list.
  [[nodiscard]] std::string pop(End end);
  /// `index` below size(). Valid until the next change.
  [[nodiscard]] std::string_view at(std::size_t index) const;
  void set(std::size_t index, std::string_view text);
  /// What is left are `count` from `first` on.
  void trim(std::size_t first, std::size_t count);
  /// Takes away up to `most` that are `text`, 0 is all, from that end; answers how many.
  std::size_t remove(End from, std::size_t most, std::string_view text);
  /// Calls visit(text) with `count` from `first` on.
  template <class Visit>
  void each(std::size_t first, std::size_t count, Visit visit) const {
    if (count == 0) return;
    auto [piece, inside] = find(first);
    for (Packed::Position at = pieces_[piece].nth(inside); count != 0; --count) {
      while (at == pieces_[piece].end()) {
        ++piece;
        at = 0;
      }
      visit(pieces_[piece].at(at));
      at = pieces_[piece].next(at);
    }
  }

 private:
  static constexpr std::size_t longest_piece = 8192;  // bytes; one string may be longer

  struct Place {
    std::size_t piece;
    std::size_t inside;
  };
  [[nodiscard]] Place find(std::size_t index) const;
  void drop_front(std::size_t count);
  void drop_back(std::size_t count);

  std::vector<Packed> pieces_;
  std::size_t first_ = 0;  // pieces before it are room
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;  // in all pieces
};

}  // namespace weir::kv
