// Chunk: bytes that many connections send and nobody copies. Layer: core.
// Bytes are only ever appended, never moved or changed, so that one thread may append while others
// read what they were handed before.
//
//     data()                      size()              capacity()
//       | [ range ][ range ][ range ] |   still free     |
//       +-----------------------------+------------------+
//          ^ SharedBytes: this chunk, kept alive, from begin to end
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir {

/// Threads: the one that appends also asks size() and room(); handing a range to another thread
/// must synchronize with it (a lock, a mailbox), and then that one may read the range.
class Chunk {
 public:
  /// Throws std::bad_alloc.
  explicit Chunk(std::size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t room() const { return capacity_ - size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] const char* data() const { return data_.get(); }

  /// `bytes` are at most room() many.
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(data_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_;
};

/// A part of a chunk, which lives at least as long.
struct SharedBytes {
  std::shared_ptr<const Chunk> chunk;
  std::size_t begin = 0;
  std::size_t end = 0;  // one past the last; at most what was appended

  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] std::string_view view() const { return {chunk->data() + begin, size()}; }
};

}  // namespace weir
