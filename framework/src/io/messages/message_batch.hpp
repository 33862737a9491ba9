// MessageBatch: where messages are received, many with one call of the system. One a loop.
// Layer: io/messages, private. What it holds is good until the next receive.
//
//   buffer_   [ message 0 ....  | message 1 ....  | ... ]     most_messages of them, or what fits
//              stride_
//
// A page of the buffer that no message has reached costs no memory.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace weir {

class MessageBatch {
 public:
  static constexpr std::size_t most_messages = 64;
  /// Of one message.
  static constexpr std::size_t most_bytes = 1024 * 1024;

  MessageBatch();

  /// Receives what waits, without blocking, messages of at most `max_message` bytes, which is at
  /// most most_bytes. Answers an errno value, 0 also where nothing waits.
  int receive(int socket, std::size_t max_message);
  /// The same of what is no socket: `receive_one(span)` answers the bytes that it put there, or -1
  /// and errno.
  template <class ReceiveOne>
  int receive_each(std::size_t max_message, ReceiveOne receive_one) {
    prepare(max_message);
    while (count_ < slots_) {
      const auto size = receive_one(std::span<char>(slot(count_), stride_));
      if (size < 0) return last_error();
      headers_[count_].msg_hdr.msg_flags = 0;
      headers_[count_++].msg_len = static_cast<unsigned>(size);
    }
    return 0;
  }

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::string_view message(std::size_t i) const {
    return {slot(i), headers_[i].msg_len};
  }
  /// It was longer than `max_message`.
  [[nodiscard]] bool truncated(std::size_t i) const {
    return (headers_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
  }
  /// Who sent it; no bytes where the system does not say.
  [[nodiscard]] const sockaddr* sender(std::size_t i) const {
    return reinterpret_cast<const sockaddr*>(&names_[i]);
  }
  [[nodiscard]] std::size_t sender_size(std::size_t i) const {
    return headers_[i].msg_hdr.msg_namelen;
  }

 private:
  static constexpr std::size_t buffer_size = 4 * most_bytes;

  void prepare(std::size_t max_message);
  [[nodiscard]] static int last_error();
  [[nodiscard]] char* slot(std::size_t i) const { return buffer_.get() + i * stride_; }

  std::unique_ptr<char[]> buffer_;
  std::size_t max_message_ = 0;
  std::size_t stride_ = 0;
  std::size_t slots_ = 0;
  std::size_t count_ = 0;
  std::array<mmsghdr, most_messages> headers_{};
  std::array<iovec, most_messages> places_{};
  std::array<sockaddr_un, most_messages> names_;
};

}  // namespace weir
