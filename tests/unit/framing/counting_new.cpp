#include "unit/framing/counting_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> count{0};
}

std::size_t weir::test::allocations() { return count; }

void* operator new(std::size_t size) {
  ++count;
  if (void* block = std::malloc(size); block != nullptr) {
    return block;
  }
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
