#include "io/messages/message_batch.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

namespace weir {

static_assert(sizeof(sockaddr_un) >= sizeof(sockaddr_in6));

MessageBatch::MessageBatch() : buffer_(new char[buffer_size]) {}

void MessageBatch::prepare(std::size_t max_message) {
  count_ = 0;
  if (max_message == max_message_) return;
  max_message_ = max_message;
  // Whole cache lines, and three more: slots a power of two apart would share their place in the
  // processor's cache.
  stride_ = (max_message + 63) / 64 * 64 + 192;
  slots_ = std::min(most_messages, buffer_size / stride_);
  for (std::size_t i = 0; i < slots_; ++i) {
    places_[i] = {slot(i), max_message};
    msghdr& header = headers_[i].msg_hdr;
    header = {};
    header.msg_iov = &places_[i];
    header.msg_iovlen = 1;
    header.msg_name = &names_[i];
    header.msg_namelen = sizeof(sockaddr_un);
  }
}

int MessageBatch::receive(int socket, std::size_t max_message) {
  for (std::size_t i = 0; i < count_; ++i) headers_[i].msg_hdr.msg_namelen = sizeof(sockaddr_un);
  prepare(max_message);
  const int count =
      ::recvmmsg(socket, headers_.data(), static_cast<unsigned>(slots_), MSG_DONTWAIT, nullptr);
  if (count < 0) return last_error();
  count_ = static_cast<std::size_t>(count);
  return 0;
}

int MessageBatch::last_error() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : errno;
}

}  // namespace weir
