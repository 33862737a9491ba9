// weir-bench-crowd: what it costs two servers to tell one message to everybody in a room.
//
//     weir-bench-crowd [--rounds N] [--members N] [--messages N] [--size BYTES] COMMAND_A --
//     COMMAND_B
//
// Each command says "listening on tcp://127.0.0.1:PORT" and serves WebSockets on /room, where what
// one says is told to all (weir-floor-crowd, weir-websocket-echo). They are started once and
// measured in turn, A B A B. A turn connects the members, and lets one of them say so many
// messages, the next one when all have the whole of the last:
//
//     cost of a delivery = CPU of the server, user and system / (messages x members)
//     ratio of a round   = cost of B / cost of A
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "failure.hpp"
#include "program.hpp"
#include "system/child.hpp"
#include "system/process.hpp"
#include "text.hpp"
#include "two_servers.hpp"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto deadline = 10s;  // for a handshake, and for a message to reach all
constexpr unsigned warm_up = 3;
constexpr unsigned most_members = 19'900;
constexpr unsigned most_size = 60'000;

constexpr std::string_view request =
    "GET /room HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct Options {
  unsigned rounds = 5;
  unsigned members = 10'000;
  unsigned messages = 50;
  unsigned size = 100;
  TwoCommands commands;
};

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  const std::array flags = {NumberFlag{"--rounds", &options.rounds, 100},
                            NumberFlag{"--members", &options.members, most_members},
                            NumberFlag{"--messages", &options.messages, 10'000},
                            NumberFlag{"--size", &options.size, most_size}};
  options.commands = parse_two_commands(arguments, flags);
  return options;
}

/// A text message as one frame (RFC 6455, section 5.2), with a mask of zeros as a client's.
std::string frame(unsigned size, bool masked) {
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

/// Everybody in the room of one server. The first of them speaks.
class Audience {
 public:
  Audience(const Endpoint& server, const Options& options, const Interrupts& interrupts)
      : said_(frame(options.size, true)),
        expected_(frame(options.size, false).size() * options.members),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.is_open()) fail_with_errno("epoll_create1");
    for (unsigned i = 0; i < options.members; ++i) join(server, interrupts);
  }

  /// One message, until all have it.
  void say(const Interrupts& interrupts) {
    if (::send(members_.front().get(), said_.data(), said_.size(), MSG_NOSIGNAL) !=
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

 private:
  void join(const Endpoint& server, const Interrupts& interrupts) {
    Descriptor made = connect_to(server);
    // Gone without a trace, or the ports of many rounds would run out.
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(made.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
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
    epoll_event event{.events = EPOLLIN, .data = {.fd = made.get()}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, made.get(), &event) != 0) {
      fail_with_errno("epoll_ctl");
    }
    members_.push_back(std::move(made));
  }

  std::size_t hear() {
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

  const std::string said_;
  const std::size_t expected_;
  Descriptor epoll_;
  std::vector<Descriptor> members_;
  std::array<char, 64 * 1024> buffer_{};
};

struct Server {
  std::unique_ptr<Child> child;
  Endpoint endpoint;
  std::vector<double> costs;  // nanoseconds of CPU a delivery

  void measure(const Options& options, const Interrupts& interrupts) {
    Audience audience(endpoint, options, interrupts);
    for (unsigned i = 0; i < warm_up; ++i) audience.say(interrupts);
    const std::uint64_t before = read_process_cpu(child->pid()).nanoseconds;
    for (unsigned i = 0; i < options.messages; ++i) audience.say(interrupts);
    const std::uint64_t cpu = read_process_cpu(child->pid()).nanoseconds - before;
    costs.push_back(static_cast<double>(cpu) / options.messages / options.members);
  }
};

void run(const Options& options) {
  const Interrupts interrupts;
  reserve_descriptors(options.members);
  pin_to_cpu(1);
  std::array<Server, 2> servers;
  for (std::size_t i = 0; i < 2; ++i) {
    servers[i].child = std::make_unique<Child>(options.commands[i], 0U);
    servers[i].endpoint = servers[i].child->wait_listening(interrupts);
  }
  std::vector<double> ratios;
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (Server& server : servers) server.measure(options, interrupts);
    ratios.push_back(servers[1].costs.back() / servers[0].costs.back());
  }
  for (std::size_t i = 0; i < 2; ++i) {
    std::cout << (i == 0 ? "A " : "B ") << duration(median(servers[i].costs))
              << " of CPU for each of " << plural(options.members, "member") << ", " << options.size
              << " B: " << options.commands[i].front() << '\n';
  }
  std::cout << ratio_line(ratios);
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_program("weir-bench-crowd", [&] {
    weir::bench::run(weir::bench::parse({argv + 1, argv + argc}));
  });
}
