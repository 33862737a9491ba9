#include "integration/audience.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace weir::integration {

namespace {

/// What a client holds in the kernel, so that thousands do not take all its memory.
constexpr int receive_buffer = 64 * 1024;

struct Reader {
  int socket = -1;
  std::size_t got = 0;
  bool wrong = false;
};

int connect_to(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::setsockopt(made, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ::_exit(3);
  ::fcntl(made, F_SETFL, O_NONBLOCK);
  return made;
}

/// Reads what is there; false at the end of the stream, and when something is wrong.
bool read_on(Reader& reader, const std::string& stream) {
  std::array<char, 256 * 1024> buffer;
  const ssize_t count = ::recv(reader.socket, buffer.data(), buffer.size(), 0);
  if (count < 0) return errno == EAGAIN;
  if (count == 0) return false;
  const auto size = static_cast<std::size_t>(count);
  reader.wrong = reader.got + size > stream.size() ||
                 std::memcmp(buffer.data(), stream.data() + reader.got, size) != 0;
  reader.got += size;
  return !reader.wrong;
}

Audience::Seen watch(std::uint16_t port, std::size_t count, std::size_t sleepers,
                     const std::string& stream) {
  Audience::Seen seen;
  std::vector<Reader> asleep(sleepers);
  for (Reader& each : asleep) each.socket = connect_to(port);
  std::vector<Reader> readers(count);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  for (Reader& each : readers) {
    each.socket = connect_to(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &each;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, each.socket, &event);
  }
  std::size_t reading = count;
  while (reading != 0) {
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      Reader& reader = *static_cast<Reader*>(events[static_cast<std::size_t>(i)].data.ptr);
      const bool more = read_on(reader, stream);
      if (more && reader.got < stream.size()) continue;
      ++(more ? seen.complete : seen.wrong);
      ::epoll_ctl(epoll, EPOLL_CTL_DEL, reader.socket, nullptr);
      --reading;
    }
  }
  // What the kernel held for them is the beginning. The end may never come: a kernel gives up
  // sending to a peer that took nothing for so long, without a word.
  for (Reader& each : asleep) {
    std::size_t before = 0;
    do {
      before = each.got;
    } while (read_on(each, stream) && each.got != before);
    ++(each.wrong || each.got == stream.size() ? seen.wrong : seen.cut);
  }
  return seen;
}

}  // namespace

Audience::Audience(std::uint16_t port, std::size_t readers, std::size_t sleepers,
                   const std::string& stream) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  child_ = ::fork();
  if (child_ == 0) {
    const Seen seen = watch(port, readers, sleepers, stream);
    [[maybe_unused]] const auto written = ::write(ends[1], &seen, sizeof seen);
    ::_exit(0);
  }
  ::close(ends[1]);
  result_ = ends[0];
  if (child_ < 0) throw std::runtime_error("no process for the audience");
}

Audience::~Audience() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  ::close(result_);
}

Audience::Seen Audience::wait(int patience_s) {
  pollfd readable{result_, POLLIN, 0};
  Seen seen;
  if (::poll(&readable, 1, patience_s * 1000) != 1 ||
      ::read(result_, &seen, sizeof seen) != sizeof seen) {
    throw std::runtime_error("the audience did not get it all");
  }
  return seen;
}

}  // namespace weir::integration
