// Starts the servers, lets one at a time run, and compares what the rounds say.
#include "pair.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "failure.hpp"
#include "system/child.hpp"
#include "system/process.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

constexpr unsigned server_cpu = 0;
constexpr unsigned load_cpu = 1;
constexpr unsigned fewest_rounds = 5;

struct Server {
  std::unique_ptr<Child> child;
  Endpoint endpoint;
};

char letter_of(std::size_t index) { return static_cast<char>('A' + index); }

// Each is stopped as soon as it listens, so that none disturbs the start of the next.
std::vector<Server> start_servers(const PairOptions& options, const Interrupts& interrupts) {
  const auto cpu = options.pin ? std::optional<unsigned>{server_cpu} : std::nullopt;
  std::vector<Server> servers;
  for (const auto& command : options.commands) {
    Server server;
    server.child = std::make_unique<Child>(command, cpu);
    server.endpoint = server.child->wait_listening(interrupts);
    server.child->pause();
    servers.push_back(std::move(server));
  }
  return servers;
}

LoadResult run_round(const Server& server, LoadOptions load, const Interrupts& interrupts) {
  load.to = server.endpoint;
  load.server_pid = server.child->pid();
  server.child->resume();
  auto result = run_load(load, interrupts);
  server.child->pause();
  return result;
}

// Of seven rounds, lowest and highest enclose the true median with a confidence of 98%, whatever
// the noise looks like (of five, 94%). So a ratio is worth printing when they are close together.
std::string no_result(const Ratio& ratio, double max_spread) {
  if (ratio.rounds.size() < fewest_rounds) {
    return "fewer than " + std::to_string(fewest_rounds) + " rounds";
  }
  const double width = (ratio.spread.highest - ratio.spread.lowest) / ratio.spread.median;
  if (width <= max_spread) return {};
  return "from lowest to highest the ratios spread over " + percent(width, 1) +
         " of their median, more than " + percent(max_spread, 1);
}

Ratio compare(const CommandResult& base, const CommandResult& other, double max_spread) {
  Ratio ratio;
  ratio.letter = other.letter;
  for (std::size_t i = 0; i < base.rounds.size(); ++i) {
    ratio.rounds.push_back(ns_per_message(other.rounds[i]) / ns_per_message(base.rounds[i]));
  }
  ratio.spread = spread_of(ratio.rounds);
  ratio.no_result = no_result(ratio, max_spread);
  return ratio;
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const bool odd = values.size() % 2 == 1;
  return {.median = odd ? values[middle] : (values[middle - 1] + values[middle]) / 2,
          .lowest = values.front(),
          .highest = values.back()};
}

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
