#include "client/audience.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

#include "client/protocols/length4.hpp"
#include "client/websocket_frame.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto deadline = 10s;  // for a handshake, and for a message to reach all

constexpr unsigned char text_message = 1;

// What one says, and, without `saying`, what everybody hears of it.
std::string message(const AudienceOptions& options, bool saying) {
  const std::string text(options.size, 'a');
  if (options.manner == Manner::websocket) {
    const std::string_view mask{"\0\0\0\0", saying ? 4U : 0U};
    return websocket_frame(text_message, text, mask);
  }
  const auto length = length4_of(options.size);
  return std::string{length.begin(), length.end()} + text;
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
  const auto request = websocket_request("/room", "localhost");
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
