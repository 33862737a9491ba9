// Buffer: bytes that are appended at one end and consumed at the other. Layer: core.
// Owned by one connection or one loop; not thread-safe.
//
//     data_        begin_            end_            capacity_
//       |  consumed  |     readable    |    writable     |
//       +------------+-----------------+-----------------+
//
// Consuming moves begin_; nothing is copied until room is wanted, then the readable bytes slide
// to the front before the block grows. An empty Buffer can give its block back (`release`), so
// that an idle connection owns none.
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
  ~Buffer();

  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// Valid until the next call that is not const.
  [[nodiscard]] std::string_view view() const { return {data_ + begin_, size()}; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  void push_back(char byte) {
    *prepare(1) = byte;
    ++end_;
  }

  /// Room for `size` more bytes, to be filled and then `commit`ted. Throws std::bad_alloc.
  [[nodiscard]] char* prepare(std::size_t size) {
    if (capacity_ - end_ < size) make_room(size);
    return data_ + end_;
  }
  /// `size` at most what was prepared.
  void commit(std::size_t size) { end_ += size; }

  /// Drops the first `size` bytes; `size` at most `size()`.
  void consume(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Drops what was appended last, down to `size` bytes: undoes an append that went wrong.
  void truncate(std::size_t size) { end_ = begin_ + size; }
  /// Writes `bytes` over what begins at `at` and is at least as long.
  void overwrite(std::size_t at, std::string_view bytes) {
    std::memcpy(data_ + begin_ + at, bytes.data(), bytes.size());
  }
  void clear() { begin_ = end_ = 0; }
  /// Drops the bytes and gives the block back.
  void release();

  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void make_room(std::size_t size);

  char* data_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weir
