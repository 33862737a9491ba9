// The thread that measures: it takes two snapshots, and the load in between is the workers'.
#include "load.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "client/script.hpp"
#include "client/stage.hpp"
#include "client/worker.hpp"
#include "failure.hpp"
#include "system/process.hpp"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A thread counts as busy all the time from here on: the rest is the noise of its start and end.
constexpr double all_the_time = 0.95;

constexpr auto tick = std::chrono::milliseconds{100};

// Everything that is counted, at one moment.
struct Snapshot {
  Clock::time_point time;
  std::uint64_t replies = 0;
  ThreadCpu client;
  ProcessCpu server;
};

// The connections and threads of one run. The destructor ends the threads, however it came to it.
class Crew {
 public:
  explicit Crew(const LoadOptions& options)
      : options_(options), script_(options.protocol, options.size, options.depth) {
    for (unsigned i = 0; i < options.threads; ++i) {
      const auto share = options.messages / options.threads;
      const auto rest = i < options.messages % options.threads ? 1U : 0U;
      workers_.push_back(std::make_unique<Worker>(stage_, script_, share + rest));
    }
    for (unsigned i = 0; i < options.connections; ++i) {
      workers_[i % options.threads]->add(connect_to(options.to), i);
    }
    for (auto& worker : workers_) worker->start();
  }
  ~Crew() { abandon(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  void enter(Phase phase) { stage_.enter(phase); }

  // Every reply that is still on the way comes and is checked.
  void drain(const Interrupts& interrupts) {
    stage_.enter(Phase::draining);
    while (!std::ranges::all_of(workers_, &has_ended)) {
      if (interrupts.wait_readable(stage_.notice(), tick)) stage_.take_notices();
    }
    join();
  }
  void abandon() {
    stage_.enter(Phase::abandoned);
    join();
  }

  // Returns after `duration`, or, if there are quotas, when every worker has its own.
  void wait(Seconds duration, const Interrupts& interrupts) const {
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(duration);
    for (;;) {
      if (std::ranges::any_of(workers_, &has_ended)) throw Failure("a thread ended early");
      if (std::ranges::all_of(workers_, &has_quota)) return;
      if (!interrupts.wait_readable(stage_.notice(), deadline - Clock::now())) return;
      stage_.take_notices();
    }
  }

  Snapshot take_snapshot() const {
    Snapshot snapshot;
    for (const auto& worker : workers_) {
      const auto cpu = worker->cpu();
      snapshot.client.ran_nanoseconds += cpu.ran_nanoseconds;
      snapshot.client.waited_nanoseconds += cpu.waited_nanoseconds;
    }
    for (const auto& worker : workers_) snapshot.replies += worker->replies();
    if (options_.server_pid != 0) snapshot.server = read_process_cpu(options_.server_pid);
    snapshot.time = Clock::now();
    return snapshot;
  }

  // After drain() or abandon().
  void rethrow_failure() const {
    for (const auto& worker : workers_) {
      if (worker->failure()) std::rethrow_exception(worker->failure());
    }
  }
  void add_to(LoadResult& result) const {
    for (const auto& worker : workers_) {
      result.latency.merge(worker->latency());
      result.unclosed += worker->unclosed();
    }
  }

 private:
  static bool has_quota(const std::unique_ptr<Worker>& worker) { return worker->has_quota(); }
  static bool has_ended(const std::unique_ptr<Worker>& worker) { return worker->has_ended(); }

  void join() {
    for (auto& worker : workers_) worker->join();
  }

  const LoadOptions& options_;
  Script script_;
  Stage stage_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

double since(std::uint64_t before, std::uint64_t after) {
  return static_cast<double>(after - before);
}

ServerCost server_cost(const ProcessCpu& before, const ProcessCpu& after, const LoadResult& result,
                       const LoadOptions& options) {
  const double cpu_ns = since(before.nanoseconds, after.nanoseconds);
  if (cpu_ns == 0) {
    throw Failure("process " + std::to_string(options.server_pid) +
                  " used no CPU while the server answered: is it only what started the server?");
  }
  const double user = since(before.user_ticks, after.user_ticks);
  const double system = since(before.system_ticks, after.system_ticks);
  ServerCost cost;
  cost.ns_per_message = cpu_ns / static_cast<double>(result.messages);
  cost.user_share = user + system == 0 ? 0 : user / (user + system);
  cost.cpus = cpu_ns / 1e9 / result.seconds;
  cost.bytes_per_cpu_second = 1e9 * static_cast<double>(options.size) / cost.ns_per_message;
  return cost;
}

Limit limit_of(const LoadResult& result) {
  const bool client = result.client_busy >= all_the_time;
  const bool server = result.server && result.server->cpus >= all_the_time;
  if (client) return server ? Limit::both : Limit::client;
  return server ? Limit::server : Limit::neither;
}

LoadResult difference(const Snapshot& before, const Snapshot& after, const LoadOptions& options) {
  LoadResult result;
  result.seconds = Seconds{after.time - before.time}.count();
  result.messages = after.replies - before.replies;
  if (result.messages == 0) throw Failure("no reply came in the whole window");
  const auto messages = static_cast<double>(result.messages);
  result.messages_per_second = messages / result.seconds;
  result.bytes_per_second = result.messages_per_second * static_cast<double>(options.size);
  const double ran = since(before.client.ran_nanoseconds, after.client.ran_nanoseconds);
  const double waited = since(before.client.waited_nanoseconds, after.client.waited_nanoseconds);
  result.client_ns_per_message = ran / messages;
  result.client_busy = (ran + waited) / 1e9 / result.seconds / options.threads;
  if (options.server_pid != 0) {
    result.server = server_cost(before.server, after.server, result, options);
  }
  result.limit = limit_of(result);
  return result;
}

LoadResult measure(Crew& crew, const LoadOptions& options, const Interrupts& interrupts) {
  const bool has_warmup = options.warmup > Seconds{0};
  if (has_warmup) {
    crew.enter(Phase::warmup);
    crew.wait(options.warmup, interrupts);
  }
  const auto before = crew.take_snapshot();
  crew.enter(Phase::measuring);
  const bool by_count = options.messages > 0;
  crew.wait(by_count ? Seconds{std::chrono::hours{24}} : options.seconds, interrupts);
  const auto after = crew.take_snapshot();
  crew.drain(interrupts);
  crew.rethrow_failure();
  auto result = difference(before, after, options);
  crew.add_to(result);
  return result;
}

}  // namespace

// When the server dies, its connections usually say so first and best; only then comes the reason
// of whoever noticed.
LoadResult run_load(const LoadOptions& options, const Interrupts& interrupts) {
  const auto has_ended = [&] { return options.server_pid != 0 && !is_running(options.server_pid); };
  const std::string note = "; process " + std::to_string(options.server_pid) + " has ended";
  reserve_descriptors(options.connections);
  if (has_ended()) throw Failure("there is no process " + std::to_string(options.server_pid));
  try {
    Crew crew{options};
    try {
      return measure(crew, options, interrupts);
    } catch (const Failure&) {
      crew.abandon();
      crew.rethrow_failure();
      throw;
    }
  } catch (const Failure& failure) {
    throw Failure(failure.what() + (has_ended() ? note : std::string{}));
  }
}

}  // namespace weir::bench
