// weir-bench load: checked messages against one server, in a closed loop or at a fixed rate, and
// what they cost both.
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
  double user_ns_per_message = 0;
  double system_ns_per_message = 0;
};

// A load at a fixed rate. What a server does not keep up with waits, and its waiting counts.
struct RateResult {
  double offered_per_second = 0;  // messages that came due; what was asked for, give or take chance
  std::uint64_t backlog_peak = 0;  // most messages that were due and could not be sent
  std::uint64_t unsent = 0;   // of them, still waiting at the end; they count as answered by then
  std::uint64_t dropped = 0;  // came due at a full backlog and count nowhere else
  bool kept_up = true;  // as many were answered as came due, but for what is always on the way;
                        // if not, `limit` says whether the client was too slow to ask
};

struct LoadResult {
  double seconds = 0;  // length of the window, measured
  std::uint64_t messages = 0;
  double messages_per_second = 0;
  double bytes_per_second = 0;  // payload, counted once
  // ns, to the recv that completed a message, from its send, or, at a fixed rate, from when it was
  // due. With churn, the first messages of a connection that follows another count from its
  // connect().
  Histogram latency;
  std::optional<ServerCost> server;
  double client_ns_per_message = 0;
  double client_busy = 0;  // share of the window in which its threads ran or waited for a CPU
  Limit limit = Limit::neither;
  unsigned unclosed = 0;  // connections the server left open for 2 s after their end
  std::optional<RateResult> rate;
  std::uint64_t connections_ended = 0;  // in order, with churn: after their messages
  double connections_per_second = 0;
  unsigned idle_lost = 0;  // idle connections that the server had closed at the end
};

// Opens the connections, warms up, measures, awaits every reply, closes. Throws Failure when the
// server answers wrong, closes, stalls or dies.
LoadResult run_load(const LoadOptions& options, const Interrupts& interrupts);

}  // namespace weir::bench
