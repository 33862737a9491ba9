#include "io/messages/socket_port.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "io/socket.hpp"

namespace weir {

bool concerns_one_message(int error) {
  switch (error) {
    case EMSGSIZE:
    case ENOBUFS:
    case EPERM:
    case EACCES:
    case EINVAL:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
      return true;
    default:
      return false;
  }
}

MessagePort::Sent SocketPort::send(std::span<iovec> messages) {
  std::array<mmsghdr, MessageBatch::most_messages> headers{};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    headers[i].msg_hdr.msg_iov = &messages[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  Sent sent;
  while (sent.taken < messages.size()) {
    const int count = ::sendmmsg(socket_.get(), headers.data() + sent.taken,
                                 static_cast<unsigned>(messages.size() - sent.taken),
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      sent.taken += static_cast<std::size_t>(count);
    } else if (concerns_one_message(errno)) {
      ++sent.taken;
      ++sent.unsendable;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      sent.error = errno;
      break;
    }
  }
  return sent;
}

SocketAddress SocketPort::local() const { return net::local_address(socket_.get()); }

/// A message without a byte and the end of the stream look alike. An empty message that came
/// together with the end is taken for it; nothing is lost by that.
bool SocketPort::peer_has_ended() const {
  if (!has_end()) return false;
  pollfd asked{socket_.get(), POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) == 1;
}

void SocketPort::shutdown_write() {
  if (has_end()) ::shutdown(socket_.get(), SHUT_WR);
}

Status SocketPort::set_options(const SocketOptions& options) {
  return apply_options(socket_.get(), options, SocketRole::connection);
}

}  // namespace weir
