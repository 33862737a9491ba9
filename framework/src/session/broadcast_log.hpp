// BroadcastLog: what was sent to many, once, in one order, until the last reader has passed.
// Layer: session, private. Owned by a lane of a group; all calls under the group's lock.
//
//   position   0 ... 900          950            1200
//   nodes          [chunk A 10..60] -> [chunk B 0..250] -> (end)
//                       ^ cursor of one loop        ^ position(): a loop that has read all holds
//                                                     no cursor and keeps nothing alive
//
// A node lives while a cursor stands on it or before it, a chunk also while a connection has to
// send from it; nothing refers backwards. The log itself holds neither: the last chunk is gone on
// with while somebody needs it anyway, so that what a slow connection holds goes on in one piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/core/chunk.hpp"

namespace weir {

class BroadcastLog {
 public:
  /// Chunks begin small, for a group that says little, and double while they fill up.
  static constexpr std::size_t smallest_chunk = 1024;
  static constexpr std::size_t largest_chunk = 64 * 1024;

  struct Node {
    Node(std::shared_ptr<Chunk> in, std::size_t at) : chunk(std::move(in)), end(at) {}
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node();

    std::shared_ptr<Chunk> chunk;
    std::size_t end;  // of what this node says about the chunk
    std::shared_ptr<Node> next;
  };

  /// Where a reader goes on; without a node it has read everything.
  struct Cursor {
    std::shared_ptr<Node> node;
    std::size_t offset = 0;

    [[nodiscard]] bool at_end() const { return node == nullptr; }
    /// Everything from here to the end, and moves there.
    [[nodiscard]] std::vector<SharedBytes> take();
  };

  /// Appends `bytes`, of which there is one at least, in one piece, and answers where they begin.
  /// Throws std::bad_alloc.
  Cursor append(std::string_view bytes);
  /// Bytes that were ever appended.
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  [[nodiscard]] std::shared_ptr<Chunk> chunk_for(std::size_t size);

  std::weak_ptr<Chunk> chunk_;  // the last one
  std::weak_ptr<Node> node_;    // the last one
  std::size_t last_capacity_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace weir
