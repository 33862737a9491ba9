#include "weir/core/buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace weir {

namespace {
constexpr std::size_t smallest_block = 512;
}

Buffer::~Buffer() { std::free(data_); }

void Buffer::release() {
  std::free(data_);
  data_ = nullptr;
  begin_ = end_ = capacity_ = 0;
}

void Buffer::make_room(std::size_t size) {
  const std::size_t used = this->size();
  if (size > std::numeric_limits<std::size_t>::max() / 2 - used) throw std::bad_alloc();
  const std::size_t wanted = used + size;
  // Slide only when at least half of the block is free afterwards: otherwise a full buffer that
  // gains and loses a few bytes at a time would be moved again and again.
  if (wanted <= capacity_ / 2) {
    std::memmove(data_, data_ + begin_, used);
  } else {
    const std::size_t grown = std::max({wanted, capacity_ + capacity_ / 2, smallest_block});
    char* block = static_cast<char*>(std::malloc(grown));
    if (block == nullptr) throw std::bad_alloc();
    if (used != 0) std::memcpy(block, data_ + begin_, used);
    std::free(data_);
    data_ = block;
    capacity_ = grown;
  }
  begin_ = 0;
  end_ = used;
}

}  // namespace weir
