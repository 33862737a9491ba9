#include "cost/cost.hpp"

#include <cmath>

#include "cost/lockstep.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

// A timer that ends once in a run is no part of a message.
constexpr double nothing = 0.005;

// The two lives that are compared, and how many units one has more.
struct Lives {
  Exercise shorter;
  Exercise longer;
  double units = 1;
};

Lives lives_of(const CostOptions& options) {
  if (options.per == CostUnit::connection) {
    const auto more = options.messages;
    return {.shorter = {.connections = warmup_connections},
            .longer = {.connections = warmup_connections + more},
            .units = static_cast<double>(more)};
  }
  const auto depth = options.load.depth;
  const auto rounds = (options.messages + depth - 1) / depth;
  return {.shorter = {.rounds = warmup_rounds},
          .longer = {.rounds = warmup_rounds + rounds},
          .units = static_cast<double>(rounds * depth)};
}

class Measurement {
 public:
  Measurement(const Command& server, const CostOptions& options, const Interrupts& interrupts)
      : server_(server), options_(options), interrupts_(interrupts), lives_(lives_of(options)) {}

  Cost measure(Tool& tool) {
    if (auto why = tool.why_not(); !why.empty()) return Cost::without_tool(std::move(why));
    if (!sleeps_ && tool.counts_polling()) {
      return Cost::unknown("it polls without waiting: time would be counted");
    }
    try {
      const auto a = life(tool, lives_.shorter);
      const auto b = life(tool, lives_.longer);
      return cost_between(a, b, lives_.units);
    } catch (const Failure& failure) {
      return Cost::unknown(failure.what());
    }
  }

 private:
  Counts life(Tool& tool, const Exercise& what) {
    const auto visit = [&](pid_t pid, const Endpoint& endpoint) {
      auto load = options_.load;
      load.to = endpoint;
      sleeps_ = exercise(load, pid, what, interrupts_);
      if (!sleeps_ && tool.counts_polling()) {
        throw Failure("it did not go to sleep after an answer: time would be counted");
      }
    };
    return tool.count(server_, visit, interrupts_);
  }

  const Command& server_;
  const CostOptions& options_;
  const Interrupts& interrupts_;
  Lives lives_;
  bool sleeps_ = true;
};

}  // namespace

Cost cost_between(const Counts& a, const Counts& b, double units) {
  Cost cost;
  auto names = a;
  names.insert(b.begin(), b.end());
  const auto count_in = [](const Counts& counts, const std::string& name) {
    const auto found = counts.find(name);
    return found == counts.end() ? 0.0 : static_cast<double>(found->second);
  };
  for (const auto& [name, ignored] : names) {
    const double value = (count_in(b, name) - count_in(a, name)) / units;
    cost.value += value;
    if (std::abs(value) >= nothing) cost.by_name[name] = value;
  }
  return cost;
}

CostReading measure_cost(const Command& server, const CostOptions& options,
                         const Interrupts& interrupts, const CostFigures& figures) {
  Measurement measurement{server, options, interrupts};
  const auto not_asked_for = Cost::unknown("not asked for");
  CostReading reading{not_asked_for, not_asked_for, not_asked_for};
  // The cheapest first: it finds out whether the server sleeps.
  if (figures.allocations) reading.allocations = measurement.measure(*make_allocation_counter());
  if (figures.system_calls) reading.system_calls = measurement.measure(*make_strace(interrupts));
  if (figures.instructions) reading.instructions = measurement.measure(*make_callgrind());
  return reading;
}

}  // namespace weir::bench
