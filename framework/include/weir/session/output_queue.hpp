// OutputQueue: what a connection has to send and the kernel did not take yet, in sending order.
// Layer: session; for Connection alone, whose member it is. Its loop's thread.
//
// Most connections only ever send bytes of their own: then this is a Buffer and a null pointer.
// What is shared with others (a broadcast) is a piece that names its chunk. Each piece says how
// many own bytes go out before it, so own bytes need no pieces:
//
//   own_       a a a a a a b b b c c c c c
//   pieces_    [6 own, then chunk X 10..90] [3 own, then chunk Y 0..500]     and c c c c c after
//   them
//
// A piece may name the range of a file instead of a chunk: gather() ends before it, and file() is
// asked what is first. Its bytes wait as others do, but take no memory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weir/core/buffer.hpp"
#include "weir/core/chunk.hpp"
#include "weir/io/file_range.hpp"

namespace weir {

class OutputQueue {
 public:
  /// What a piece counts beside its bytes: its place here, and the end of a chunk that nobody else
  /// may need any more.
  static constexpr std::size_t piece_cost = 128;

  [[nodiscard]] bool empty() const { return own_.empty() && pieces_ == nullptr; }
  /// Bytes that wait.
  [[nodiscard]] std::size_t size() const {
    return own_.size() + (pieces_ == nullptr ? 0 : pieces_->shared_bytes + pieces_->file_bytes);
  }
  /// What the watermarks are about: size(), and piece_cost for each piece.
  [[nodiscard]] std::size_t pressure() const {
    return pieces_ == nullptr ? own_.size() : size() + pieces_cost();
  }
  /// What the limit is about: the same without the bytes of files, which are no memory.
  [[nodiscard]] std::size_t cost() const {
    return pieces_ == nullptr ? own_.size() : pressure() - pieces_->file_bytes;
  }

  /// Own bytes are appended here, behind all there is; what is not to go out is truncated again.
  [[nodiscard]] Buffer& own() { return own_; }
  /// Not empty. Costs no piece where it goes on in the chunk in which the last one ended.
  void append(SharedBytes bytes);
  /// Its length is not 0.
  void append(FileRange range);

  /// The bytes that go out next, in order, up to the next file: fills `views` from the front,
  /// answers how many it filled.
  [[nodiscard]] std::size_t gather(std::span<std::string_view> views) const;
  /// True when the bytes that go out next stand in one place: gather() would fill one view.
  [[nodiscard]] bool plain() const { return pieces_ == nullptr; }
  [[nodiscard]] std::string_view plain_view() const { return own_.view(); }
  /// What is left of the file that goes out next; nullptr when something else does.
  [[nodiscard]] const FileRange* file() const;
  /// The file that goes out right behind the bytes that gather() gives, or nullptr.
  [[nodiscard]] const FileRange* file_behind() const {
    if (pieces_ == nullptr || !pieces_->list[pieces_->first].is_file()) return nullptr;
    return &pieces_->list[pieces_->first].range;
  }
  /// Drops the first `size` bytes; at most size().
  void consume(std::size_t size);

  /// Drops everything and gives all memory back.
  void release();

 private:
  struct Piece {
    std::size_t own_before;
    SharedBytes shared{};
    FileRange range{};  // one of the two
    [[nodiscard]] bool is_file() const { return range.file != nullptr; }
  };
  struct Pieces {
    std::vector<Piece> list;
    std::size_t first = 0;         // pieces before it are gone
    std::size_t own_before = 0;    // the sum
    std::size_t shared_bytes = 0;  // the sum
    std::size_t file_bytes = 0;    // the sum
  };

  [[nodiscard]] std::size_t pieces_cost() const;
  [[nodiscard]] Pieces& more_pieces();
  void consume_pieces(std::size_t& size);

  Buffer own_;
  std::unique_ptr<Pieces> pieces_;  // nullptr: nothing shared waits
};

}  // namespace weir
