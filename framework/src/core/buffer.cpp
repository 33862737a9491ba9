#include "weir/core/buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace weir {

namespace {
constexpr std::size_t smallest_block = 512;  // with what stands before the bytes
}

constinit const Buffer::Block Buffer::nothing{};

void Buffer::release() {
  if (block_ != &nothing) std::free(block_);
  block_ = const_cast<Block*>(&nothing);
  size_ = 0;
}

void Buffer::make_room(std::size_t size) {
  if (size > std::numeric_limits<std::size_t>::max() / 2 - size_) throw std::bad_alloc();
  const std::size_t wanted = size_ + size;
  const std::size_t capacity = block_->capacity;
  // Slide only when at least half of the block is free afterwards: otherwise a full buffer that
  // gains and loses a few bytes at a time would be moved again and again.
  if (wanted <= (size_ == 0 ? capacity : capacity / 2)) {
    std::memmove(block_->begin(), block_->first, size_);
    block_->first = block_->begin();
    block_->space = capacity;
    return;
  }
  const std::size_t grown =
      std::max({wanted, capacity + capacity / 2, smallest_block - sizeof(Block)});
  auto* const block = static_cast<Block*>(std::malloc(sizeof(Block) + grown));
  if (block == nullptr) throw std::bad_alloc();
  *block = {.first = block->begin(), .space = grown, .capacity = grown};
  if (size_ != 0) std::memcpy(block->first, block_->first, size_);
  if (block_ != &nothing) std::free(block_);
  block_ = block;
}

}  // namespace weir
