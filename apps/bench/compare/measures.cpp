// What is done to a contestant in one round.
#include "client/audience.hpp"
#include "compare/plan.hpp"
#include "failure.hpp"
#include "idle.hpp"
#include "load.hpp"
#include "system/process.hpp"

namespace weir::bench {
namespace {

LoadResult run(LoadOptions load, const Endpoint& server, pid_t pid, const Interrupts& interrupts) {
  load.to = server;
  load.server_pid = pid;
  return run_load(load, interrupts);
}

Reading reading_of(const LoadResult& result, double figure) {
  return {.figure = figure,
          .beside = {{"messages_per_second", result.messages_per_second},
                     {"bytes_per_second", result.bytes_per_second},
                     {"user_share", result.server->user_share},
                     {"server_cpus", result.server->cpus},
                     {"client_busy", result.client_busy},
                     {"p50_ns", static_cast<double>(result.latency.percentile(0.5))},
                     {"p99_ns", static_cast<double>(result.latency.percentile(0.99))}}};
}

}  // namespace

Measure load_measure(const LoadOptions& load, Latencies latencies) {
  return [=](const Endpoint& server, pid_t pid, const Interrupts& interrupts) {
    const LoadResult result = run(load, server, pid, interrupts);
    Reading reading = reading_of(result, result.server->ns_per_message);
    if (latencies == Latencies::kept) reading.latency = result.latency;
    return reading;
  };
}

Measure churn_measure(const LoadOptions& load) {
  return [load](const Endpoint& server, pid_t pid, const Interrupts& interrupts) {
    const LoadResult result = run(load, server, pid, interrupts);
    if (result.connections_ended == 0) throw EmptyWindow("no connection ended in the whole window");
    const double cpu = result.server->ns_per_message * static_cast<double>(result.messages);
    Reading reading = reading_of(result, cpu / static_cast<double>(result.connections_ended));
    reading.beside["connections_per_second"] = result.connections_per_second;
    return reading;
  };
}

Measure broadcast_measure(unsigned members, unsigned messages) {
  return [=](const Endpoint& server, pid_t pid, const Interrupts& interrupts) {
    Audience audience(server, {.manner = Manner::length4, .members = members}, interrupts);
    audience.say(interrupts);
    const std::uint64_t before = read_process_cpu(pid).nanoseconds;
    for (unsigned i = 0; i < messages; ++i) audience.say(interrupts);
    const std::uint64_t cpu = read_process_cpu(pid).nanoseconds - before;
    return Reading{.figure = static_cast<double>(cpu) / messages / members};
  };
}

Measure idle_measure(unsigned connections) {
  return [connections](const Endpoint& server, pid_t pid, const Interrupts& interrupts) {
    const IdleOptions idle{.to = server, .connections = connections, .server_pid = pid};
    return Reading{.figure = run_idle(idle, interrupts).bytes_per_connection};
  };
}

}  // namespace weir::bench
