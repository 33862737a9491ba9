// Reading: what a server's figures are at one moment. Layer: inspector, private.
// Taken on the inspector's thread without waiting for any loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/core/histogram.hpp"
#include "weir/core/time.hpp"
#include "weir/service/inspection.hpp"

namespace weir::inspect {

struct RouteReading {
  std::string name;
  std::uint64_t calls = 0;      // that have ended
  std::uint64_t in_flight = 0;  // that have not
  std::uint64_t failed = 0;     // of those that ended
  double seconds = 0;           // of all that ended, together
  Histogram time{};
};

struct LoopReading {
  std::uint64_t number = 0;
  std::size_t connections = 0;
  Duration lag{};         // what the last question found, or more where one is not answered yet
  Duration unanswered{};  // for so long it has not answered
  std::string place{};    // where it is; empty: in no handler
  Duration held{};        // for so long
};

struct Reading {
  ServerStats stats{};
  Inspection::Phase phase = Inspection::Phase::starting;
  std::vector<RouteReading> routes{};  // by name
  std::vector<LoopReading> loops{};    // by number
};

/// Of more loops than this, no answer says each by itself.
inline constexpr std::size_t most_loops_shown = 64;

[[nodiscard]] Reading read(const Inspection& server);

[[nodiscard]] std::string_view to_string(Inspection::Phase phase);
[[nodiscard]] inline double in_seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace weir::inspect
