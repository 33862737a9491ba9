#include "client/audience.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "failure.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto deadline = 10s;  // for a handshake, and for a message to reach all

constexpr std::string_view request =
    "GET /room HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// A text message as one frame (RFC 6455, section 5.2), with a mask of zeros as a client's.
std::string websocket_frame(unsigned size, bool masked) {
  std::string bytes = "\x81";
  const unsigned bit = masked ? 0x80 : 0;
  if (size < 126) {
    bytes += static_cast<char>(bit | size);
  } else {
    bytes += static_cast<char>(bit | 126);
    bytes += static_cast<char>(size >> 8);
    bytes += static_cast<char>(size & 0xff);
  }
  if (masked) bytes.append(4, '\0');
  return bytes.append(size, 'a');
}

// What one says, and, without `saying`, what everybody hears of it.
std::string message(const AudienceOptions& options, bool saying) {
  if (options.manner == Manner::websocket) return websocket_frame(options.size, saying);
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes += static_cast<char>(options.size >> shift & 0xff);
  }
  return bytes.append(options.size, 'a');
}

}  // namespace

Audience::Audience(const Endpoint& server, const AudienceOptions& options,
                   const Interrupts& interrupts)
    : said_(message(options, true)),
      expected_(message(options, false).size() * options.members),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.is_open()) fail_with_errno("epoll_create1");
  for (unsigned i = 0; i < options.members; ++i) enter(server, options.manner, interrupts);
  // Behind the last one's first message all are known to be in.
  if (options.manner == Manner::length4) say(interrupts);
}

void Audience::say(const Interrupts& interrupts) {
  if (::send(members_.back().get(), said_.data(), said_.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(said_.size())) {
    fail_with_errno("nothing can be said");
  }
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (std::size_t heard = 0; heard < expected_;) {
    if (!interrupts.wait_readable(epoll_.get(), end - std::chrono::steady_clock::now())) {
      throw Failure("after 10 s " + grouped(static_cast<double>(heard)) + " of " +
                    grouped(static_cast<double>(expected_)) + " bytes were heard");
    }
    heard += hear();
  }
}

void Audience::enter(const Endpoint& server, Manner manner, const Interrupts& interrupts) {
  Descriptor made = connect_to(server, source_of(static_cast<unsigned>(members_.size())));
  // Gone without a trace, or the ports of many rounds would run out.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(made.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  if (manner == Manner::websocket) shake_hands(made, interrupts);
  epoll_event event{.events = EPOLLIN, .data = {.fd = made.get()}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, made.get(), &event) != 0) {
    fail_with_errno("epoll_ctl");
  }
  members_.push_back(std::move(made));
}

void Audience::shake_hands(const Descriptor& made, const Interrupts& interrupts) {
  if (::send(made.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    fail_with_errno("no request can be sent");
  }
  std::string answer;
  while (!answer.ends_with("\r\n\r\n")) {
    if (!interrupts.wait_readable(made.get(), deadline)) throw Failure("no answer in 10 s");
    const ssize_t came = ::recv(made.get(), buffer_.data(), buffer_.size(), 0);
    if (came <= 0) throw Failure("the server ended a connection");
    answer.append(buffer_.data(), static_cast<std::size_t>(came));
  }
  if (!answer.starts_with("HTTP/1.1 101 ")) throw Failure("the server has no room: " + answer);
}

std::size_t Audience::hear() {
  std::array<epoll_event, 512> events{};
  const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  std::size_t heard = 0;
  for (int i = 0; i < ready; ++i) {
    const int member = events[static_cast<std::size_t>(i)].data.fd;
    const ssize_t came = ::recv(member, buffer_.data(), buffer_.size(), 0);
    if (came > 0) {
      heard += static_cast<std::size_t>(came);
    } else if (came == 0 || errno != EAGAIN) {
      throw Failure("the server ended a connection");
    }
  }
  return heard;
}

}  // namespace weir::bench
