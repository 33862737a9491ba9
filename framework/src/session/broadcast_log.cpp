#include "session/broadcast_log.hpp"

#include <algorithm>
#include <utility>

namespace weir {

/// One after the other: a long chain must not end in a deep recursion.
BroadcastLog::Node::~Node() {
  while (next != nullptr && next.use_count() == 1) next = std::exchange(next->next, nullptr);
}

std::vector<SharedBytes> BroadcastLog::Cursor::take() {
  std::vector<SharedBytes> taken;
  while (node != nullptr) {
    if (offset < node->end) taken.push_back({node->chunk, offset, node->end});
    node = node->next;
    // A node but the first begins where its chunk does.
    offset = 0;
  }
  return taken;
}

std::shared_ptr<Chunk> BroadcastLog::chunk_for(std::size_t size) {
  auto chunk = chunk_.lock();
  if (chunk != nullptr && chunk->room() >= size) return chunk;
  const std::size_t wanted =
      chunk == nullptr ? smallest_chunk : std::min(2 * last_capacity_, largest_chunk);
  last_capacity_ = std::max(wanted, smallest_chunk);
  return std::make_shared<Chunk>(std::max(last_capacity_, size));
}

BroadcastLog::Cursor BroadcastLog::append(std::string_view bytes) {
  const auto chunk = chunk_for(bytes.size());
  const std::size_t begin = chunk->size();
  auto node = node_.lock();
  if (node == nullptr || node->chunk != chunk) {
    auto next = std::make_shared<Node>(chunk, begin);
    if (node != nullptr) node->next = next;
    node = std::move(next);
  }
  chunk->append(bytes);
  node->end = chunk->size();
  chunk_ = chunk;
  node_ = node;
  position_ += bytes.size();
  return {std::move(node), begin};
}

}  // namespace weir
