// measure_cost: what a server does for a message, counted and not timed, so that a busy machine and
// another day give the same figures.
//
//   life A   start | warm-up rounds                    | end
//   life B   start | warm-up rounds | rounds to count  | end
//                                     (B - A) / messages
#pragma once

#include <map>
#include <string>
#include <utility>

#include "cost/tool.hpp"
#include "options.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// One figure of one server, a message or a connection.
struct Cost {
  double value = 0;
  std::string skipped;                    // why there is no value; then it is not 0 but unknown
  bool has_tool = true;                   // false: that is why
  std::map<std::string, double> by_name;  // where the tool knows names; those that are not nothing

  static Cost unknown(std::string why) { return {0, std::move(why), true, {}}; }
  static Cost without_tool(std::string why) { return {0, std::move(why), false, {}}; }

  bool is_known() const { return skipped.empty(); }
};

struct CostReading {
  Cost instructions;
  Cost system_calls;
  Cost allocations;
};

// Both lives begin with these: buffers that grow to their size, paths that are taken once.
inline constexpr std::uint64_t warmup_rounds = 50;
inline constexpr std::uint64_t warmup_connections = 10;

// What is to be counted; the others are unknown.
struct CostFigures {
  bool instructions = true;
  bool system_calls = true;
  bool allocations = true;
};

// Starts `server` twice for each figure: it must print "listening on tcp://127.0.0.1:PORT" and end
// at SIGTERM. A tool that is missing, or that fails with this server, leaves its figure out and
// says why.
CostReading measure_cost(const Command& server, const CostOptions& options,
                         const Interrupts& interrupts, const CostFigures& figures = {});

// Of the same names in both: (b - a) / units.
Cost cost_between(const Counts& a, const Counts& b, double units);

}  // namespace weir::bench
