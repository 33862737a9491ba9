// Plan: a row that is still to be measured: who takes part, and what is done to each.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/histogram.hpp"
#include "compare/comparison.hpp"
#include "compare/contestant.hpp"
#include "options.hpp"
#include "system/endpoint.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// What one round of one contestant gave.
struct Reading {
  double figure = 0;
  std::map<std::string, double> beside{};
  std::optional<Histogram> latency{};
};

// One round. Throws Failure when the server fails; the comparison goes on without it.
using Measure = std::function<Reading(const Endpoint& server, pid_t pid, const Interrupts&)>;

struct Plan {
  Row row;  // without its entries; `base` is one of the contestants' names
  std::vector<Contestant> contestants;
  Measure measure;
  // A round needs a server that nobody has used before, as where its memory is measured.
  bool fresh = false;
  // What all of them pass their bytes to. It has the processor of the load.
  std::optional<Contestant> behind{};
  unsigned rounds = 0;       // 0: as many as all have
  unsigned connections = 0;  // of a round, which opens and closes them: that takes time too
};

// Makes the suites' measurements. `seconds` and `warmup` of what they are given say how long a
// round is.

// Closed loop or fixed rate; the figure is the server's CPU a message. The curve of latencies is
// kept where somebody is to see it: it is most of what a file has in it.
enum class Latencies { dropped, kept };
Measure load_measure(const LoadOptions& load, Latencies latencies = Latencies::dropped);
// The same with churn; the figure is the server's CPU a connection.
Measure churn_measure(const LoadOptions& load);
// What one of so many members says in a frame behind its length, told to all; the figure is the
// server's CPU a delivery.
Measure broadcast_measure(unsigned members, unsigned messages);
// User memory of one of so many idle connections.
Measure idle_measure(unsigned connections);

}  // namespace weir::bench
