// Starts the servers, lets one at a time run, and compares what the rounds say.
#include "pair.hpp"

#include <algorithm>
#include <optional>

#include "compare/attempts.hpp"
#include "compare/running_server.hpp"
#include "failure.hpp"
#include "system/process.hpp"

namespace weir::bench {
namespace {

char letter_of(std::size_t index) { return static_cast<char>('A' + index); }

// Each is stopped as soon as it listens, so that none disturbs the start of the next.
std::vector<RunningServer> start_servers(const PairOptions& options, const Interrupts& interrupts) {
  const auto cpu = options.pin ? std::optional<unsigned>{server_cpu} : std::nullopt;
  std::vector<RunningServer> servers;
  for (const auto& command : options.commands) {
    servers.emplace_back(Contestant{.name = command.front(), .command = command}, cpu, interrupts);
    servers.back().pause();
  }
  return servers;
}

LoadResult run_round(const RunningServer& server, LoadOptions load, const Interrupts& interrupts) {
  load.to = server.endpoint();
  load.server_pid = server.pid();
  server.resume();
  auto result = measure_again([&] { return run_load(load, interrupts); });
  server.pause();
  return result;
}

Ratio compare(const CommandResult& base, const CommandResult& other, double max_spread) {
  Ratio ratio;
  ratio.letter = other.letter;
  for (std::size_t i = 0; i < base.rounds.size(); ++i) {
    ratio.rounds.push_back(ns_per_message(other.rounds[i]) / ns_per_message(base.rounds[i]));
  }
  ratio.spread = spread_of(ratio.rounds);
  ratio.no_result = no_result(ratio.rounds, max_spread);
  return ratio;
}

}  // namespace

PairResult run_pair(const PairOptions& options, const Interrupts& interrupts) {
  reserve_descriptors(options.load.connections);
  if (options.pin) pin_to_cpu(load_cpu);
  PairResult result;
  for (std::size_t i = 0; i < options.commands.size(); ++i) {
    result.commands.push_back(
        {.letter = letter_of(i), .command = options.commands[i], .rounds = {}});
  }
  const auto servers = start_servers(options, interrupts);
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      auto& command = result.commands[i];
      try {
        command.rounds.push_back(run_round(servers[i], options.load, interrupts));
      } catch (const Failure& failure) {
        throw Failure(std::string{command.letter} + " (" + command.command.front() + "), round " +
                      std::to_string(round + 1) + ": " + failure.what());
      }
    }
  }
  for (std::size_t i = 1; i < servers.size(); ++i) {
    result.ratios.push_back(
        compare(result.commands.front(), result.commands[i], options.max_spread));
  }
  return result;
}

}  // namespace weir::bench
