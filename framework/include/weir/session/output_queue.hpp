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
// A piece of another kind (the range of a file, for sendfile) is a field beside `shared`: gather()
// ends before it, and the connection asks what is first.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weir/core/buffer.hpp"
#include "weir/core/chunk.hpp"

namespace weir {

class OutputQueue {
 public:
  /// What a piece counts beside its bytes: its place here, and the end of a chunk that nobody else
  /// may need any more.
  static constexpr std::size_t piece_cost = 128;

  [[nodiscard]] bool empty() const { return own_.empty() && pieces_ == nullptr; }
  /// Bytes that wait.
  [[nodiscard]] std::size_t size() const {
    return own_.size() + (pieces_ == nullptr ? 0 : pieces_->shared_bytes);
  }
  /// What the limits are about: size(), and piece_cost for each piece.
  [[nodiscard]] std::size_t cost() const { return pieces_ == nullptr ? own_.size() : full_cost(); }

  /// Own bytes are appended here, behind all there is; what is not to go out is truncated again.
  [[nodiscard]] Buffer& own() { return own_; }
  /// Not empty. Costs no piece where it goes on in the chunk in which the last one ended.
  void append(SharedBytes bytes);

  /// The bytes that go out next, in order: fills `views` from the front, answers how many it
  /// filled.
  [[nodiscard]] std::size_t gather(std::span<std::string_view> views) const;
  /// True when the bytes that go out next stand in one place: gather() would fill one view.
  [[nodiscard]] bool plain() const { return pieces_ == nullptr; }
  [[nodiscard]] std::string_view plain_view() const { return own_.view(); }
  /// Drops the first `size` bytes; at most size().
  void consume(std::size_t size);

  /// Drops everything and gives all memory back.
  void release();

 private:
  struct Piece {
    std::size_t own_before;
    SharedBytes shared;
  };
  struct Pieces {
    std::vector<Piece> list;
    std::size_t first = 0;         // pieces before it are gone
    std::size_t own_before = 0;    // the sum
    std::size_t shared_bytes = 0;  // the sum
  };

  [[nodiscard]] std::size_t full_cost() const;
  void consume_pieces(std::size_t& size);

  Buffer own_;
  std::unique_ptr<Pieces> pieces_;  // nullptr: nothing shared waits
};

}  // namespace weir
