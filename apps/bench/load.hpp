// weir-bench load: a closed loop of checked echoes against one server, and what it cost both.
#pragma once

#include <cstdint>
#include <optional>

#include "client/histogram.hpp"
#include "options.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// Who was busy for the whole window. Messages per second say something about the server only when
// the client was not; CPU per message does in any case, though a server that waits for its client
// sees smaller batches.
enum class Limit { client, server, both, neither };

struct ServerCost {
  double ns_per_message = 0;        // user and system
  double user_share = 0;            // of it, from ticks of 10 ms
  double cpus = 0;                  // CPU time per time; 1.0 is one CPU, busy
  double bytes_per_cpu_second = 0;  // payload, counted once
};

struct LoadResult {
  double seconds = 0;  // length of the window, measured
  std::uint64_t messages = 0;
  double messages_per_second = 0;
  double bytes_per_second = 0;  // payload, counted once
  Histogram latency;            // ns, from the send of a message to the recv that completed it
  std::optional<ServerCost> server;
  double client_ns_per_message = 0;
  double client_busy = 0;  // share of the window in which its threads ran or waited for a CPU
  Limit limit = Limit::neither;
  unsigned unclosed = 0;  // connections the server left open for 2 s after their end
};

// Opens the connections, warms up, measures, awaits every reply, closes. Throws Failure when the
// server answers wrong, closes, stalls or dies.
LoadResult run_load(const LoadOptions& options, const Interrupts& interrupts);

}  // namespace weir::bench
