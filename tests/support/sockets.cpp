#include "support/sockets.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace weir::test {

namespace {

[[noreturn]] void failed(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

int checked(int result, const char* call) {
  if (result < 0) failed(call);
  return result;
}

void set_option(const Descriptor& socket, int level, int name, const void* value, socklen_t size) {
  checked(::setsockopt(socket.get(), level, name, value, size), "setsockopt");
}

void set_number(const Descriptor& socket, int level, int name, int value) {
  set_option(socket, level, name, &value, sizeof value);
}

void limit_waits(const Descriptor& socket) {
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  set_option(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  set_option(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// The bytes of one recv(); 0 at the end of the stream, -1 after a reset.
ssize_t receive(const Descriptor& socket, char* into, std::size_t size, int flags) {
  for (;;) {
    const ssize_t count = ::recv(socket.get(), into, size, flags);
    if (count >= 0) return count;
    if (errno == EINTR) continue;
    if (errno == ECONNRESET || errno == EPIPE) return -1;
    if (errno == EAGAIN) in_vain("bytes from the other side");
    failed("recv");
  }
}

std::size_t entries_of(const char* directory) {
  const std::filesystem::directory_iterator all(directory);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

void in_vain(const std::string& what) { throw std::runtime_error("waited in vain for " + what); }

void yield_processor() { std::this_thread::yield(); }

SocketAddress loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

Descriptor open_listener(int backlog) {
  Descriptor socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const SocketAddress any = loopback();
  checked(::bind(socket.get(), any.data(), static_cast<socklen_t>(any.size())), "bind");
  checked(::listen(socket.get(), backlog), "listen");
  return socket;
}

SocketAddress address_of(const Descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  checked(::getsockname(socket.get(), address, &size), "getsockname");
  return {address, size};
}

Descriptor connect_to(const SocketAddress& address, int receive_buffer) {
  const int type = address.kind() == SocketKind::packet ? SOCK_SEQPACKET : SOCK_STREAM;
  Descriptor socket(checked(::socket(address.family(), type | SOCK_CLOEXEC, 0), "socket"));
  limit_waits(socket);
  if (address.family() != AF_UNIX) set_number(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  if (receive_buffer != 0) set_number(socket, SOL_SOCKET, SO_RCVBUF, receive_buffer);
  checked(::connect(socket.get(), address.data(), static_cast<socklen_t>(address.size())),
          "connect");
  return socket;
}

std::pair<Descriptor, Descriptor> tcp_pair() {
  const Descriptor listener = open_listener(1);
  Descriptor near = connect_to(address_of(listener));
  Descriptor far(
      checked(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept"));
  return {std::move(near), std::move(far)};
}

std::pair<Descriptor, Descriptor> unix_pair() {
  int ends[2] = {-1, -1};
  checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  Descriptor near(ends[0]);
  Descriptor far(ends[1]);
  limit_waits(near);
  set_nonblocking(far);
  return {std::move(near), std::move(far)};
}

void set_nonblocking(const Descriptor& socket) {
  const int flags = checked(::fcntl(socket.get(), F_GETFL), "fcntl");
  checked(::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK), "fcntl");
}

void set_send_buffer(const Descriptor& socket, int bytes) {
  set_number(socket, SOL_SOCKET, SO_SNDBUF, bytes);
}

void send_all(const Descriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) in_vain("the other side to take bytes");
    if (count < 0) failed("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::size_t send_some(const Descriptor& socket, std::string_view bytes) {
  const ssize_t count =
      ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return 0;
  failed("send");
}

std::string read_exactly(const Descriptor& socket, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t used = 0;
  while (used < size) {
    const ssize_t count = receive(socket, bytes.data() + used, size - used, 0);
    if (count <= 0) {
      throw std::runtime_error("the stream ended after " + std::to_string(used) + " of " +
                               std::to_string(size) + " bytes: '" +
                               bytes.substr(0, std::min<std::size_t>(used, 100)) + "'");
    }
    used += static_cast<std::size_t>(count);
  }
  return bytes;
}

Rest read_to_end(const Descriptor& socket) {
  Rest rest;
  std::string piece(64 * 1024, '\0');
  for (;;) {
    const ssize_t count = receive(socket, piece.data(), piece.size(), 0);
    if (count <= 0) {
      rest.reset = count < 0;
      return rest;
    }
    rest.bytes.append(piece, 0, static_cast<std::size_t>(count));
  }
}

bool readable(const Descriptor& socket) {
  pollfd asked{socket.get(), POLLIN, 0};
  return checked(::poll(&asked, 1, 0), "poll") == 1;
}

std::string read_available(const Descriptor& socket) {
  std::string bytes(64 * 1024, '\0');
  const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

std::string exchange(const Descriptor& socket, std::string_view out, std::size_t expected,
                     unsigned seed) {
  std::minstd_rand random(seed);
  std::string in;
  in.reserve(expected);
  std::vector<char> piece(16 * 1024);
  while (!out.empty() || in.size() < expected) {
    pollfd entry{socket.get(), 0, 0};
    if (in.size() < expected) entry.events |= POLLIN;
    if (!out.empty()) entry.events |= POLLOUT;
    const int wait = static_cast<int>(std::chrono::milliseconds(patience).count());
    if (checked(::poll(&entry, 1, wait), "poll") == 0) in_vain("the stream to move");
    if ((entry.revents & POLLOUT) != 0) {
      const std::size_t most = 1 + random() % (4 * piece.size());
      out.remove_prefix(send_some(socket, out.substr(0, most)));
    }
    if ((entry.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && in.size() < expected) {
      const std::size_t most = std::min(1 + random() % piece.size(), expected - in.size());
      const ssize_t count = receive(socket, piece.data(), most, 0);
      if (count <= 0) {
        throw std::runtime_error("the stream ended after " + std::to_string(in.size()) + " of " +
                                 std::to_string(expected) + " bytes");
      }
      in.append(piece.data(), static_cast<std::size_t>(count));
    }
  }
  return in;
}

Descriptor reserve_port() {
  Descriptor socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const SocketAddress any = loopback();
  checked(::bind(socket.get(), any.data(), static_cast<socklen_t>(any.size())), "bind");
  return socket;
}

void end_sending(const Descriptor& socket) { ::shutdown(socket.get(), SHUT_WR); }

void reset(Descriptor socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  set_option(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  socket.close();
}

std::size_t open_descriptors() { return entries_of("/proc/self/fd"); }

std::size_t threads_of_process() { return entries_of("/proc/self/task"); }

}  // namespace weir::test
