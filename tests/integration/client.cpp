#include "integration/client.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <stdexcept>
#include <system_error>

#include "integration/deadline.hpp"

namespace weir::integration {

namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Descriptor open_socket(const SocketAddress& server) {
  Descriptor socket(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) throw_errno("socket");
  return socket;
}

/// Blocking: on loopback it has an answer at once, unless the backlog is full.
bool connect_to(const Descriptor& socket, const SocketAddress& server) {
  return ::connect(socket.get(), server.data(), static_cast<socklen_t>(server.size())) == 0;
}

}  // namespace

Client::Client(const SocketAddress& server) : socket_(open_socket(server)) {
  if (!connect_to(socket_, server)) throw_errno("connect");
}

int Client::wait_for(int events) const {
  const Deadline deadline;
  pollfd polled{socket_.get(), static_cast<short>(events), 0};
  while (::poll(&polled, 1, deadline.poll_timeout()) <= 0) {
    if (deadline.passed()) throw std::runtime_error("a client waited in vain");
  }
  return polled.revents;
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(POLLOUT);
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) throw_errno("send");
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Client::receive(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t have = 0; have < size;) {
    wait_for(POLLIN);
    const ssize_t got = ::recv(socket_.get(), bytes.data() + have, size - have, MSG_DONTWAIT);
    if (got < 0 && errno != EAGAIN) throw_errno("recv");
    if (got == 0) {
      throw std::runtime_error("the stream ended after " + std::to_string(have) + " of " +
                               std::to_string(size) + " bytes");
    }
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string Client::echo_slowly(std::string_view bytes) {
  const int small = 64 * 1024;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::mt19937 random(1);
  const auto up_to = [&random](std::size_t most) { return 1 + random() % most; };

  std::string back;
  std::string piece(8000, '\0');
  std::size_t sent = 0;
  while (back.size() < bytes.size()) {
    const bool all_sent = sent == bytes.size();
    if ((wait_for(all_sent ? POLLIN : POLLIN | POLLOUT) & POLLOUT) != 0) {
      const std::string_view next = bytes.substr(sent, up_to(100'000));
      const ssize_t took =
          ::send(socket_.get(), next.data(), next.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (took < 0 && errno != EAGAIN) throw_errno("send");
      if (took > 0) sent += static_cast<std::size_t>(took);
      if (took >= 0) continue;
    }
    const ssize_t got = ::recv(socket_.get(), piece.data(), up_to(piece.size()), MSG_DONTWAIT);
    if (got < 0 && errno != EAGAIN) throw_errno("recv");
    if (got == 0) throw std::runtime_error("the stream ended early");
    if (got > 0) back.append(piece, 0, static_cast<std::size_t>(got));
  }
  return back;
}

bool Client::is_served() {
  if (::send(socket_.get(), "x", 1, MSG_NOSIGNAL) != 1) return false;
  wait_for(POLLIN);
  char byte = 0;
  return ::recv(socket_.get(), &byte, 1, 0) == 1;
}

void Client::finish_sending() const { ::shutdown(socket_.get(), SHUT_WR); }

std::string Client::receive_all() {
  std::string bytes;
  std::array<char, 4096> some{};
  for (;;) {
    wait_for(POLLIN);
    const ssize_t got = ::recv(socket_.get(), some.data(), some.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return bytes;
    if (got > 0) bytes.append(some.data(), static_cast<std::size_t>(got));
  }
}

void Client::reset() {
  const linger none{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  socket_.close();
}

bool somebody_listens(const SocketAddress& address) {
  // "  sl  local_address rem_address   st ...", "   0: 0100007F:1B58 00000000:0000 0A ..."
  std::array<char, 32> wanted{};
  std::snprintf(wanted.data(), wanted.size(), ":%04X 00000000:0000 0A", address.port());
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    if (line.find(wanted.data()) != std::string::npos) return true;
  }
  return false;
}

void wait_for_listener(const SocketAddress& address, bool listening) {
  const Deadline deadline;
  while (somebody_listens(address) != listening) {
    if (deadline.passed()) {
      throw std::runtime_error(listening ? "nobody listens" : "the listener is still open");
    }
  }
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::mt19937_64 random(size);
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("setrlimit");
  return limit.rlim_max;
}

}  // namespace weir::integration
