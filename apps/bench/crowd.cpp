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

#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "client/audience.hpp"
#include "program.hpp"
#include "spread.hpp"
#include "system/child.hpp"
#include "system/process.hpp"
#include "text.hpp"
#include "two_servers.hpp"

namespace weir::bench {
namespace {

constexpr unsigned warm_up = 3;
constexpr unsigned most_members = 19'900;
constexpr unsigned most_size = 60'000;

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

struct Server {
  std::unique_ptr<Child> child;
  Endpoint endpoint;
  std::vector<double> costs;  // nanoseconds of CPU a delivery

  void measure(const Options& options, const Interrupts& interrupts) {
    Audience audience(
        endpoint, {.manner = Manner::websocket, .members = options.members, .size = options.size},
        interrupts);
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
  pin_to_cpu(load_cpu);
  std::array<Server, 2> servers;
  for (std::size_t i = 0; i < 2; ++i) {
    servers[i].child = std::make_unique<Child>(options.commands[i], server_cpu);
    servers[i].endpoint = servers[i].child->wait_listening(interrupts);
  }
  std::vector<double> ratios;
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (Server& server : servers) server.measure(options, interrupts);
    ratios.push_back(servers[1].costs.back() / servers[0].costs.back());
  }
  for (std::size_t i = 0; i < 2; ++i) {
    std::cout << (i == 0 ? "A " : "B ") << duration(spread_of(servers[i].costs).median)
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
