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
#include "system/child.hpp"
#include "system/process.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

constexpr auto warm_up = std::chrono::milliseconds(100);
constexpr auto measured = std::chrono::milliseconds(500);
constexpr std::size_t batch = 64;
constexpr std::size_t most_size = 1400;
constexpr std::size_t most_burst = 60'000;

struct Options {
  unsigned rounds = 15;
  unsigned peers = 16;
  std::size_t size = 64;
  std::size_t burst = batch;
  std::array<std::vector<std::string>, 2> commands;
};

unsigned number(const std::string& text, unsigned most) {
  std::size_t used = 0;
  const unsigned long value = std::stoul(text, &used);
  if (used != text.size() || value == 0 || value > most) {
    throw Failure("'" + text + "' is no number from 1 to " + std::to_string(most));
  }
  return static_cast<unsigned>(value);
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  std::size_t i = 0;
  for (; i + 1 < arguments.size() && arguments[i].starts_with("--"); i += 2) {
    if (arguments[i] == "--rounds") {
      options.rounds = number(arguments[i + 1], 1000);
    } else if (arguments[i] == "--peers") {
      options.peers = number(arguments[i + 1], 256);
    } else if (arguments[i] == "--size") {
      options.size = number(arguments[i + 1], most_size);
    } else if (arguments[i] == "--burst") {
      options.burst = number(arguments[i + 1], batch);
    } else {
      throw Failure("unknown flag " + arguments[i]);
    }
  }
  std::size_t which = 0;
  for (; i < arguments.size(); ++i) {
    if (arguments[i] == "--" && which == 0) {
      which = 1;
    } else {
      options.commands[which].push_back(arguments[i]);
    }
  }
  if (options.commands[0].empty() || options.commands[1].empty()) {
    throw Failure(
        "expected [--rounds N] [--size BYTES] [--peers N] [--burst N] COMMAND_A -- COMMAND_B");
  }
  return options;
}

/// The sockets of the load, connected to one server.
class Peers {
 public:
  Peers(const Endpoint& server, const Options& options)
      : bytes_(std::min(options.burst, most_burst / options.size) * options.size) {
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

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void run(const Options& options) {
  const Interrupts interrupts;
  pin_to_cpu(1);
  std::array<Server, 2> servers;
  for (std::size_t i = 0; i < 2; ++i) {
    servers[i].child = std::make_unique<Child>(options.commands[i], 0U);
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
    std::cout << (i == 0 ? "A " : "B ") << grouped(median(servers[i].rates)) << " datagrams of "
              << options.size << " B a CPU second: " << options.commands[i].front() << '\n';
  }
  std::cout << "B/A " << fixed(median(ratios), 3) << " (median of " << ratios.size() << " rounds, "
            << fixed(*std::ranges::min_element(ratios), 3) << " to "
            << fixed(*std::ranges::max_element(ratios), 3) << ")\n";
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  try {
    weir::bench::run(weir::bench::parse({argv + 1, argv + argc}));
    return 0;
  } catch (const weir::bench::Interrupted& interrupted) {
    return 128 + interrupted.signal;
  } catch (const std::exception& failure) {
    std::cerr << "weir-bench-udp: " << failure.what() << '\n';
    return 1;
  }
}
