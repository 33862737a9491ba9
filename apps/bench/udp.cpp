// weir-bench-udp: datagrams a CPU second of two echo servers under a full queue.
//
//     weir-bench-udp [--rounds N] [--size BYTES] [--peers N] [--burst N] COMMAND_A -- COMMAND_B
//
// Each command says "listening on udp://127.0.0.1:PORT". They are started once and measured in
// turn, A B A B: while one is measured the other is stopped. This program sends as fast as it can
// from so many sockets, bursts of so many datagrams each in turn, so that the server's queue is
// never empty, and takes what comes back.
// What a server has echoed is what came back and what was dropped because nobody had taken it yet.
//
//     ratio of a round = datagrams a CPU second of B / those of A
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "failure.hpp"
#include "program.hpp"
#include "spread.hpp"
#include "system/child.hpp"
#include "system/process.hpp"
#include "text.hpp"
#include "two_servers.hpp"

namespace weir::bench {
namespace {

constexpr auto warm_up = std::chrono::milliseconds(100);
constexpr auto measured = std::chrono::milliseconds(500);
constexpr unsigned batch = 64;
constexpr unsigned most_size = 1400;
constexpr std::size_t most_burst = 60'000;

struct Options {
  unsigned rounds = 15;
  unsigned peers = 16;
  unsigned size = 64;
  unsigned burst = batch;
  TwoCommands commands;
};

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  const std::array flags = {
      NumberFlag{"--rounds", &options.rounds, 1000}, NumberFlag{"--peers", &options.peers, 256},
      NumberFlag{"--size", &options.size, most_size}, NumberFlag{"--burst", &options.burst, batch}};
  options.commands = parse_two_commands(arguments, flags);
  return options;
}

/// The sockets of the load, connected to one server.
class Peers {
 public:
  Peers(const Endpoint& server, const Options& options)
      : bytes_(std::min<std::size_t>(options.burst, most_burst / options.size) * options.size) {
    for (unsigned i = 0; i < options.peers; ++i) {
      Descriptor made(::socket(server.address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      const auto* address = reinterpret_cast<const sockaddr*>(&server.address);
      if (made.get() < 0 || ::connect(made.get(), address, server.address_size) != 0) {
        throw Failure(std::string("no socket for the load: ") + std::strerror(errno));
      }
      // One call of the system sends a burst, or the load would be as slow as what it measures.
      const int size = static_cast<int>(options.size);
      if (::setsockopt(made.get(), SOL_UDP, UDP_SEGMENT, &size, sizeof size) != 0) {
        throw Failure(std::string("no bursts for the load: ") + std::strerror(errno));
      }
      sockets_.push_back(std::move(made));
    }
    for (std::size_t i = 0; i < batch; ++i) {
      into_[i] = {taken_[i].data(), most_size};
      in_[i].msg_hdr.msg_iov = &into_[i];
      in_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  void push(std::chrono::nanoseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      for (const Descriptor& socket : sockets_) {
        ::send(socket.get(), bytes_.data(), bytes_.size(), MSG_DONTWAIT);
        const int came = ::recvmmsg(socket.get(), in_.data(), batch, MSG_DONTWAIT, nullptr);
        if (came > 0) came_ += static_cast<std::uint64_t>(came);
      }
    }
  }

  /// Datagrams that the server has sent to these sockets.
  [[nodiscard]] std::uint64_t echoed() const {
    std::uint64_t all = came_;
    for (const Descriptor& socket : sockets_) {
      std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
      socklen_t size = sizeof info;
      ::getsockopt(socket.get(), SOL_SOCKET, SO_MEMINFO, info.data(), &size);
      all += info[SK_MEMINFO_DROPS];
    }
    return all;
  }

 private:
  std::vector<char> bytes_;
  std::vector<Descriptor> sockets_;
  std::uint64_t came_ = 0;
  std::array<std::array<char, most_size>, batch> taken_{};
  std::array<iovec, batch> into_{};
  std::array<mmsghdr, batch> in_{};
};

struct Server {
  std::unique_ptr<Child> child;
  std::unique_ptr<Peers> peers;
  std::vector<double> rates;  // datagrams a CPU second

  void measure() {
    child->resume();
    peers->push(warm_up);
    const std::uint64_t before = peers->echoed();
    const std::uint64_t cpu_before = read_process_cpu(child->pid()).nanoseconds;
    peers->push(measured);
    const std::uint64_t cpu = read_process_cpu(child->pid()).nanoseconds - cpu_before;
    const std::uint64_t echoed = peers->echoed() - before;
    child->pause();
    if (echoed == 0 || cpu == 0) throw Failure("a server echoed nothing");
    rates.push_back(static_cast<double>(echoed) * 1e9 / static_cast<double>(cpu));
  }
};

void run(const Options& options) {
  const Interrupts interrupts;
  pin_to_cpu(load_cpu);
  std::array<Server, 2> servers;
  for (std::size_t i = 0; i < 2; ++i) {
    servers[i].child = std::make_unique<Child>(options.commands[i], server_cpu);
    const Endpoint endpoint = servers[i].child->wait_listening(interrupts, "udp://");
    servers[i].peers = std::make_unique<Peers>(endpoint, options);
    servers[i].child->pause();
  }
  std::vector<double> ratios;
  for (unsigned round = 0; round < options.rounds; ++round) {
    interrupts.sleep(std::chrono::nanoseconds(1));
    for (Server& server : servers) server.measure();
    ratios.push_back(servers[1].rates.back() / servers[0].rates.back());
  }
  for (std::size_t i = 0; i < 2; ++i) {
    std::cout << (i == 0 ? "A " : "B ") << grouped(spread_of(servers[i].rates).median)
              << " datagrams of " << options.size
              << " B a CPU second: " << options.commands[i].front() << '\n';
  }
  std::cout << ratio_line(ratios);
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_program("weir-bench-udp", [&] {
    weir::bench::run(weir::bench::parse({argv + 1, argv + argc}));
  });
}
