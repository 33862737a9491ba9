// weir-bench pair: several servers side by side, each measured many times in turn, so that what
// the machine does meanwhile falls on all of them and cancels out of their ratios.
//
//   round 1   A B C
//   round 2   A B C     ratio B/A of round 2 = CPU a message of this B / CPU a message of this A
//   ...
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "load.hpp"
#include "options.hpp"
#include "spread.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// What is summed up over the rounds of a command; `server` is always there.
inline double ns_per_message(const LoadResult& round) { return round.server->ns_per_message; }
inline double user_share(const LoadResult& round) { return round.server->user_share; }
inline double messages_per_second(const LoadResult& round) { return round.messages_per_second; }
inline double bytes_per_cpu_second(const LoadResult& round) {
  return round.server->bytes_per_cpu_second;
}

struct CommandResult {
  char letter = 'A';
  std::vector<std::string> command;
  std::vector<LoadResult> rounds;  // each with its server's cost
};

template <typename Of>
double median_of(const CommandResult& command, Of of) {
  std::vector<double> values;
  values.reserve(command.rounds.size());
  std::ranges::transform(command.rounds, std::back_inserter(values), of);
  return spread_of(std::move(values)).median;
}

// The server CPU a message of one command over that of A, round by round.
struct Ratio {
  char letter = 'B';
  std::vector<double> rounds;
  Spread spread;
  std::string no_result;  // empty, or the criterion that was not met
};

struct PairResult {
  std::vector<CommandResult> commands;
  std::vector<Ratio> ratios;
};

// A window in which nothing came is measured again, a few times. Throws Failure when a server does
// not start, or when a load fails.
PairResult run_pair(const PairOptions& options, const Interrupts& interrupts);

}  // namespace weir::bench
