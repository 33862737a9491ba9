#include "unit/framing/counting_new.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> count{0};
std::atomic<std::size_t> in_use{0};

void give_back(void* block) {
  if (block != nullptr) in_use -= ::malloc_usable_size(block);
  std::free(block);
}
}  // namespace

std::size_t weir::test::allocations() { return count; }
std::size_t weir::test::bytes_in_use() { return in_use; }

void* operator new(std::size_t size) {
  ++count;
  if (void* block = std::malloc(size); block != nullptr) {
    in_use += ::malloc_usable_size(block);
    return block;
  }
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
