#include "io/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace weir {

void Descriptor::close() {
  // Linux frees the number even when close() reports EINTR or EIO: never close it twice.
  if (valid()) ::close(release());
}

namespace net {

namespace {

void set_option(int descriptor, int level, int name, int value) {
  // Used for options that every Linux knows; a failure would only cost speed.
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

Descriptor open_socket(int family) {
  return Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

bool bind_to(const Descriptor& socket, const SocketAddress& address) {
  return ::bind(socket.get(), address.data(), static_cast<socklen_t>(address.size())) == 0;
}

Error cannot_listen(const SocketAddress& address, int code) {
  return system_error("cannot listen on " + address.to_string(), code);
}

void prepare_listener(const Descriptor& socket, const SocketAddress& address) {
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // [::] and 0.0.0.0 can stand side by side.
  if (address.family() == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  // Accepted sockets inherit it.
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
}

/// 0 when nobody else listens on `address`, else why not. SO_REUSEPORT would hide it.
int probe(const SocketAddress& address) {
  const Descriptor socket = open_socket(address.family());
  if (!socket.valid()) return errno;
  prepare_listener(socket, address);
  return bind_to(socket, address) ? 0 : errno;
}

template <class Call>
SocketAddress ask_address(int descriptor, Call call) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (call(descriptor, address, &size) != 0) return {};
  return {address, size};
}

// recv() and send() are cancellation points, and in a program with threads glibc pays for that with
// two atomic operations each: 130 of the 620 user instructions of an echoed message. Nobody cancels
// a loop's thread, so the two calls of the hot path go to the kernel straight.
#if defined(SYS_recvfrom) && defined(SYS_sendto) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
ssize_t call_recv(int descriptor, std::span<char> into) {
  return ::syscall(SYS_recvfrom, descriptor, into.data(), into.size(), MSG_DONTWAIT, nullptr,
                   nullptr);
}
ssize_t call_send(int descriptor, std::string_view bytes, int flags) {
  return ::syscall(SYS_sendto, descriptor, bytes.data(), bytes.size(), flags, nullptr, 0);
}
#else
ssize_t call_recv(int descriptor, std::span<char> into) {
  return ::recv(descriptor, into.data(), into.size(), MSG_DONTWAIT);
}
ssize_t call_send(int descriptor, std::string_view bytes, int flags) {
  return ::send(descriptor, bytes.data(), bytes.size(), flags);
}
#endif

Transfer transferred(ssize_t count) {
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {.error = errno};
}

}  // namespace

Result<Descriptor> open_listener(const SocketAddress& address, const ListenOptions& options) {
  if (options.share_port == ListenOptions::SharePort::first && address.port() != 0) {
    if (const int code = probe(address); code != 0) return cannot_listen(address, code);
  }
  Descriptor socket = open_socket(address.family());
  if (!socket.valid()) return cannot_listen(address, errno);
  prepare_listener(socket, address);
  if (options.share_port != ListenOptions::SharePort::no) {
    set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  }
  if (!bind_to(socket, address)) return cannot_listen(address, errno);
  if (::listen(socket.get(), options.backlog) != 0) return cannot_listen(address, errno);
  return socket;
}

Result<Descriptor> begin_connect(const SocketAddress& address) {
  Descriptor socket = open_socket(address.family());
  if (!socket.valid()) return system_error("cannot connect to " + address.to_string(), errno);
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  const int progress = connect_progress(socket.get(), address);
  if (progress != 0 && progress != EINPROGRESS) {
    return system_error("cannot connect to " + address.to_string(), progress);
  }
  return socket;
}

int connect_progress(int descriptor, const SocketAddress& address) {
  if (::connect(descriptor, address.data(), static_cast<socklen_t>(address.size())) == 0) return 0;
  switch (errno) {
    case EISCONN:
      return 0;
    case EALREADY:
    case EINTR:
      return EINPROGRESS;
    default:
      return errno;
  }
}

Transfer receive(int descriptor, std::span<char> into) {
  const ssize_t count = call_recv(descriptor, into);
  Transfer done = transferred(count);
  done.end = count == 0;
  return done;
}

Transfer send(int descriptor, std::span<const std::string_view> pieces) {
  constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  for (;;) {
    ssize_t count = 0;
    if (pieces.size() == 1) {
      count = call_send(descriptor, pieces.front(), flags);
    } else {
      std::array<iovec, Transport::max_pieces> vector;
      std::size_t used = 0;
      for (const std::string_view piece : pieces) {
        vector[used++] = {const_cast<char*>(piece.data()), piece.size()};
      }
      msghdr message{};
      message.msg_iov = vector.data();
      message.msg_iovlen = used;
      count = ::sendmsg(descriptor, &message, flags);
    }
    // Interrupted before anything went out: nobody would say "writable" again, so try now.
    if (count < 0 && errno == EINTR) continue;
    return transferred(count);
  }
}

SocketAddress local_address(int descriptor) { return ask_address(descriptor, ::getsockname); }

SocketAddress peer_address(int descriptor) { return ask_address(descriptor, ::getpeername); }

int pending_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace net
}  // namespace weir
