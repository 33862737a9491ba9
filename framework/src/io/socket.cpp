#include "io/socket.hpp"

#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace weir {

void Descriptor::close() {
  // Linux frees the number even when close() reports EINTR or EIO: never close it twice.
  if (valid()) ::close(release());
}

namespace net {

namespace {

SocketKind kind_of(int descriptor) {
  int type = SOCK_STREAM;
  socklen_t size = sizeof type;
  ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size);
  if (type == SOCK_DGRAM) return SocketKind::datagram;
  return type == SOCK_SEQPACKET ? SocketKind::packet : SocketKind::stream;
}

Error cannot_listen(const SocketAddress& address, int code) {
  return system_error("cannot listen on " + address.to_string(), code);
}

Error cannot_listen(const SocketAddress& address, const Error& why) {
  return Error{"cannot listen on " + address.to_string() + ": " + why.message, why.code};
}

/// Nothing where the kind has no connections to wait for.
Status begin_listening(int socket, SocketKind kind, int backlog) {
  if (kind == SocketKind::datagram || ::listen(socket, backlog) == 0) return {};
  return system_error("cannot listen", errno);
}

Status join_group(int socket, const SocketAddress& group, const std::string& interface) {
  const unsigned index = interface.empty() ? 0 : ::if_nametoindex(interface.c_str());
  if (!interface.empty() && index == 0) {
    return system_error("no interface '" + interface + "' for the group", errno);
  }
  group_req request{};
  request.gr_interface = index;
  std::memcpy(&request.gr_group, group.data(), group.size());
  const int level = group.family() == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  if (::setsockopt(socket, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0) return {};
  return system_error("cannot join the group", errno);
}

/// 0 when nobody else listens on `address`, else why not. SO_REUSEPORT would hide it.
int probe(const SocketAddress& address, const SocketOptions& options) {
  const auto socket = open_socket(address, options, SocketRole::listener);
  if (!socket.ok()) return socket.error().code;
  return bind_to(socket.value().get(), address) ? 0 : errno;
}

/// One that listens already, for another loop.
Result<Listening> share_listener(const SocketAddress& address, int descriptor) {
  Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) return cannot_listen(address, errno);
  Listening listening;
  listening.local = local_address(copy.get());
  listening.socket = std::move(copy);
  return listening;
}

/// Whatever the process was given, as systemd does: a listening socket, one for datagrams, or a
/// connection.
Result<Listening> take_inherited(const SocketAddress& address, const ListenOptions& options) {
  Descriptor given(address.descriptor());
  int accepting = 0;
  socklen_t size = sizeof accepting;
  if (::getsockopt(given.get(), SOL_SOCKET, SO_ACCEPTCONN, &accepting, &size) != 0) {
    const int code = errno;
    static_cast<void>(given.release());  // it is something else, and somebody else's
    return cannot_listen(address, code);
  }
  if (!prepare_inherited(given.get())) return cannot_listen(address, errno);
  Listening listening;
  listening.local = local_address(given.get());
  const bool connects = listening.local.kind() != SocketKind::datagram;
  listening.connected = connects && accepting == 0;
  if (listening.connected && peer_address(given.get()).empty()) {
    return cannot_listen(address, Error{"it neither listens nor is it connected", EINVAL});
  }
  const SocketRole role = listening.connected ? SocketRole::connection : SocketRole::listener;
  if (const Status applied = apply_options(given.get(), options.socket, role); !applied.ok()) {
    return cannot_listen(address, applied.error());
  }
  listening.socket = std::move(given);
  return listening;
}

template <class Call>
SocketAddress ask_address(int descriptor, Call call) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (call(descriptor, address, &size) != 0) return {};
  return {address, size, kind_of(descriptor)};
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

ssize_t send_gathered(int descriptor, std::span<const std::string_view> pieces, int flags) {
  std::array<iovec, Transport::max_pieces> vector;
  std::size_t used = 0;
  for (const std::string_view piece : pieces) {
    vector[used++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = vector.data();
  message.msg_iovlen = used;
  return ::sendmsg(descriptor, &message, flags);
}

Transfer transferred(ssize_t count) {
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {.error = errno};
}

}  // namespace

int type_of(SocketKind kind) {
  if (kind == SocketKind::datagram) return SOCK_DGRAM;
  return kind == SocketKind::packet ? SOCK_SEQPACKET : SOCK_STREAM;
}

bool bind_to(int socket, const SocketAddress& address) {
  return ::bind(socket, address.data(), static_cast<socklen_t>(address.size())) == 0;
}

bool prepare_inherited(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
         ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

Result<Descriptor> open_socket(const SocketAddress& address, const SocketOptions& options,
                               SocketRole role) {
  Descriptor socket(
      ::socket(address.family(), type_of(address.kind()) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return system_error("no socket", errno);
  const Status applied =
      apply_options(socket.get(), address.family(), type_of(address.kind()), options, role);
  if (!applied.ok()) return applied.error();
  return socket;
}

std::size_t max_message(const SocketAddress& address, const MessageOptions& options) {
  // Of UDP: 65,535 less the headers of IPv4 and UDP.
  constexpr std::size_t most_udp = 65'507;
  constexpr std::size_t usual_local = 64 * 1024;
  if (!keeps_boundaries(address.kind())) return 0;
  const bool udp = address.form() == SocketAddress::Form::inet;
  const std::size_t wanted = options.max_message;
  if (wanted == 0) return udp ? most_udp : usual_local;
  return std::min(wanted, udp ? most_udp : std::size_t{1024 * 1024});
}

Result<Listening> open_listener(const SocketAddress& address, const ListenOptions& options) {
  using SharePort = ListenOptions::SharePort;
  if (options.shared_descriptor >= 0) return share_listener(address, options.shared_descriptor);
  if (address.form() == SocketAddress::Form::inherited) return take_inherited(address, options);
  if (options.share_port == SharePort::first && address.port() != 0) {
    if (const int code = probe(address, options.socket); code != 0) {
      return cannot_listen(address, code);
    }
  }
  auto opened = open_socket(address, options.socket, SocketRole::listener);
  if (!opened.ok()) return cannot_listen(address, opened.error());
  Listening listening;
  listening.socket = opened.take();
  const int socket = listening.socket.get();
  const auto begin = [&] { return begin_listening(socket, address.kind(), options.backlog); };
  const bool multicast = address.is_multicast() && address.kind() == SocketKind::datagram;
  if (address.form() == SocketAddress::Form::local) {
    auto bound = LocalFile::bind(socket, address, options.local_file, begin);
    if (!bound.ok()) return cannot_listen(address, bound.error());
    listening.file = bound.take();
  } else {
    // Everybody who listens to a group gets what is sent to it.
    const int on = 1;
    if (multicast) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const int share = options.share_port == SharePort::no ? 0 : 1;
    if (::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &share, sizeof share) != 0 ||
        !bind_to(socket, address)) {
      return cannot_listen(address, errno);
    }
    if (const Status begun = begin(); !begun.ok()) return cannot_listen(address, begun.error());
    if (multicast) {
      const Status joined = join_group(socket, address, options.messages.multicast_interface);
      if (!joined.ok()) return cannot_listen(address, joined.error());
    }
  }
  listening.local = local_address(socket);
  return listening;
}

Error cannot_connect(const SocketAddress& address, int code) {
  return system_error("cannot connect to " + address.to_string(), code);
}

Error cannot_connect(const SocketAddress& address, const Error& why) {
  return Error{"cannot connect to " + address.to_string() + ": " + why.message, why.code};
}

Result<Connecting> begin_connect(const SocketAddress& address, const SocketOptions& options) {
  auto socket = open_socket(address, options, SocketRole::connection);
  if (!socket.ok()) return cannot_connect(address, socket.error());
  int progress = connect_progress(socket.value().get(), address);
  // Within this host the handshake is over when connect() says that it has begun: to ask again is
  // cheaper than to wait for the answer.
  if (progress == EINPROGRESS) progress = connect_progress(socket.value().get(), address);
  if (progress != 0 && progress != EINPROGRESS) return cannot_connect(address, progress);
  return Connecting{socket.take(), progress == 0};
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
  if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
  Transfer done = transferred(count);
  done.end = count == 0;
  return done;
}

Transfer send(int descriptor, std::span<const std::string_view> pieces, bool more) {
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  const ssize_t count = pieces.size() == 1 ? call_send(descriptor, pieces.front(), flags)
                                           : send_gathered(descriptor, pieces, flags);
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  // Interrupted before anything went out: nobody would say "writable" again, so try now.
  if (errno == EINTR) return send(descriptor, pieces, more);
  return transferred(count);
}

namespace {

/// sendfile() has no MSG_NOSIGNAL: while one of these lives, this thread gets no SIGPIPE, and none
/// that came meanwhile is left behind.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    // One can only wait where it was blocked before.
    sigset_t waiting;
    waited_ = sigismember(&before_, SIGPIPE) == 1 && sigpending(&waiting) == 0 &&
              sigismember(&waiting, SIGPIPE) == 1;
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// The call did less than it was asked for: EPIPE, or, on a Unix socket, that after a part.
  void take() {
    const timespec at_once{};
    if (!waited_) sigtimedwait(&pipe_, nullptr, &at_once);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool waited_ = false;  // one was there before
};

}  // namespace

Transfer send_file(int descriptor, const FileRange& range, std::size_t most) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(range.length, most));
  auto offset = static_cast<off_t>(range.offset);
  WithoutSigpipe quiet;
  for (;;) {
    const ssize_t count = ::sendfile(descriptor, range.file->get(), &offset, size);
    if (count < 0 && errno == EINTR) continue;
    const int error = errno;
    const bool waits = count < 0 && error == EAGAIN;
    if (count != static_cast<ssize_t>(size) && !waits) quiet.take();
    errno = error;
    Transfer done = transferred(count);
    done.end = count == 0 && size != 0;
    return done;
  }
}

Transfer splice_in(int socket, int pipe, std::size_t size) {
  const ssize_t count =
      ::splice(socket, nullptr, pipe, nullptr, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  Transfer done = transferred(count);
  done.end = count == 0;
  return done;
}

Transfer splice_out(int pipe, int socket, std::size_t size) {
  WithoutSigpipe quiet;
  for (;;) {
    const ssize_t count =
        ::splice(pipe, nullptr, socket, nullptr, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (count < 0 && errno == EINTR) continue;
    const int error = errno;
    const bool waits = count < 0 && error == EAGAIN;
    if (count != static_cast<ssize_t>(size) && !waits) quiet.take();
    errno = error;
    return transferred(count);
  }
}

bool peer_is_there(int descriptor) {
  char byte = 0;
  const ssize_t count = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool holds_bytes(int descriptor) {
  int unread = 0;
  int unsent = 0;
  return (::ioctl(descriptor, SIOCINQ, &unread) == 0 && unread > 0) ||
         (::ioctl(descriptor, SIOCOUTQ, &unsent) == 0 && unsent > 0);
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
