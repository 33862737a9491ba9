// Buffer: bytes that are appended at one end and consumed at the other. Layer: core.
// Owned by one connection or one loop; not thread-safe.
//
//     block_ --> [ first space capacity | consumed | readable, size_ | writable ]
//                                       |          ^first            |          |
//                                       |          +------ space ---------------+
//                                       +----------------- capacity ------------+
//
// Consuming moves `first`; nothing is copied until room is wanted, then the readable bytes slide
// to the front before the block grows. An empty Buffer can give its block back (`release`), so
// that an idle connection owns none, and is itself two words, for every connection has two.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace weir {

class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t capacity() const { return block_->capacity; }
  /// Valid until the next call that is not const.
  [[nodiscard]] std::string_view view() const { return {block_->first, size_}; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void push_back(char byte) {
    *prepare(1) = byte;
    ++size_;
  }

  /// Room for `size` more bytes, to be filled and then `commit`ted. Throws std::bad_alloc.
  [[nodiscard]] char* prepare(std::size_t size) {
    if (block_->space - size_ < size) make_room(size);
    return block_->first + size_;
  }
  /// `size` at most what was prepared.
  void commit(std::size_t size) { size_ += size; }

  /// Drops the first `size` bytes; `size` at most `size()`.
  void consume(std::size_t size) {
    if (size == size_) return clear();
    block_->first += size;
    block_->space -= size;
    size_ -= size;
  }
  /// Drops what was appended last, down to `size` bytes: undoes an append that went wrong.
  void truncate(std::size_t size) { size_ = size; }
  /// Writes `bytes` over what begins at `at` and is at least as long.
  void overwrite(std::size_t at, std::string_view bytes) {
    std::memcpy(block_->first + at, bytes.data(), bytes.size());
  }
  void clear() { size_ = 0; }
  /// Drops the bytes and gives the block back.
  void release();

  void swap(Buffer& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(size_, other.size_);
  }

 private:
  /// What stands before its bytes.
  struct Block {
    char* first;
    std::size_t space;
    std::size_t capacity;
    [[nodiscard]] char* begin() { return reinterpret_cast<char*>(this + 1); }
  };
  /// Instead of a block, so that asking needs no look whether there is one. Never written: it has
  /// no room, and no byte that could be consumed.
  static const Block nothing;

  void make_room(std::size_t size);

  Block* block_ = const_cast<Block*>(&nothing);
  std::size_t size_ = 0;
};

}  // namespace weir
