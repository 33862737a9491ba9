// The thread that measures: it takes two snapshots, and the load in between is the workers'.
#include "load.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "client/dialect.hpp"
#include "client/idle_crowd.hpp"
#include "client/open_loop.hpp"
#include "client/stage.hpp"
#include "client/worker.hpp"
#include "failure.hpp"
#include "progress.hpp"
#include "system/connect_all.hpp"
#include "system/process.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A thread counts as busy all the time from here on: the rest is the noise of its start and end.
constexpr double all_the_time = 0.95;

constexpr auto tick = std::chrono::milliseconds{100};
constexpr std::chrono::seconds going_deadline{10};
constexpr Seconds without_end = std::chrono::hours{24};

// Everything that is counted, at one moment.
struct Snapshot {
  Clock::time_point time;
  std::uint64_t replies = 0;
  std::uint64_t payload = 0;
  std::uint64_t ended = 0;
  ThreadCpu client;
  ProcessCpu server;
};

// The connections and threads of one run. The destructor ends the threads, however it came to it.
class Crew {
 public:
  Crew(const LoadOptions& options, const Dialect& dialect, const Interrupts& interrupts)
      : options_(options) {
    for (unsigned i = 0; i < options.threads; ++i) {
      workers_.push_back(std::make_unique<Worker>(stage_, dialect, options, share_of(i)));
    }
    connect_all(options.to, 0, options.connections, interrupts,
                [&](Descriptor socket, unsigned number) {
                  workers_[number % options.threads]->add(std::move(socket), number);
                });
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
  void wait(const char* what, Seconds duration, const Interrupts& interrupts) const {
    const auto start = Clock::now();
    const auto deadline = start + std::chrono::duration_cast<Clock::duration>(duration);
    const auto before = replies();
    Progress progress{what};
    for (auto now = start; now < deadline; now = Clock::now()) {
      if (std::ranges::any_of(workers_, &has_ended)) throw Failure("a thread ended early");
      if (std::ranges::all_of(workers_, &has_quota)) return;
      const auto left = deadline - now;
      const auto pause =
          progress.is_drawn() ? std::min<Clock::duration>(left, Progress::interval) : left;
      if (interrupts.wait_readable(stage_.notice(), pause)) stage_.take_notices();
      progress.draw(done(Clock::now() - start, duration, replies() - before), replies());
    }
  }

  // Returns when each connection has had an answer. Until then the server takes connections in and
  // wakes up, and of very many connections none may be answered in a whole window.
  void wait_going(const Interrupts& interrupts) const {
    const auto deadline = Clock::now() + going_deadline;
    while (!std::ranges::all_of(workers_, &is_going)) {
      if (std::ranges::any_of(workers_, &has_ended)) throw Failure("a thread ended early");
      if (Clock::now() >= deadline) {
        throw Failure("a connection had no answer for " + std::to_string(going_deadline.count()) +
                      " s, while the load warmed up");
      }
      if (interrupts.wait_readable(stage_.notice(), tick)) stage_.take_notices();
    }
  }

  Snapshot take_snapshot() const {
    Snapshot snapshot;
    for (const auto& worker : workers_) {
      const auto cpu = worker->cpu();
      snapshot.client.ran_nanoseconds += cpu.ran_nanoseconds;
      snapshot.client.waited_nanoseconds += cpu.waited_nanoseconds;
    }
    for (const auto& worker : workers_) {
      snapshot.replies += worker->replies();
      snapshot.payload += worker->payload();
      snapshot.ended += worker->ended();
    }
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
    if (options_.rate > 0) result.rate = rate_result();
  }

 private:
  static bool has_quota(const std::unique_ptr<Worker>& worker) { return worker->has_quota(); }
  static bool is_going(const std::unique_ptr<Worker>& worker) { return worker->is_going(); }
  static bool has_ended(const std::unique_ptr<Worker>& worker) { return worker->has_ended(); }

  // Connections are dealt to the threads in turn, and so is what they do.
  Share share_of(unsigned thread) const {
    const auto part = [&](std::uint64_t whole) {
      return whole / options_.threads + (thread < whole % options_.threads ? 1U : 0U);
    };
    const auto connections = static_cast<double>(part(options_.connections));
    return {.quota = part(options_.messages),
            .rate = options_.rate * connections / options_.connections,
            .max_backlog = max_backlog / options_.threads,
            .seed = thread};
  }

  std::uint64_t replies() const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->replies();
    return sum;
  }

  // Of the workers alone: what each came to late in its window is in it.
  RateResult rate_result() const {
    RateResult rate;
    std::uint64_t offered = 0, before = 0, after = 0;
    for (const auto& worker : workers_) {
      const auto& demand = worker->demand();
      if (demand.seconds > 0) {
        rate.offered_per_second += static_cast<double>(demand.offered) / demand.seconds;
      }
      rate.backlog_peak += demand.peak;
      rate.unsent += demand.unsent;
      rate.dropped += demand.dropped;
      offered += demand.offered;
      before += demand.waiting_at_begin;
      after += demand.waiting_at_end + demand.dropped;
    }
    rate.kept_up = kept_up(static_cast<double>(offered), static_cast<double>(before),
                           static_cast<double>(after));
    return rate;
  }

  // The share of a wait that is over, by time or by messages.
  double done(Clock::duration waited, Seconds duration, std::uint64_t messages) const {
    if (duration == without_end)
      return static_cast<double>(messages) / static_cast<double>(options_.messages);
    return Seconds{waited} / duration;
  }

  void join() {
    for (auto& worker : workers_) worker->join();
  }

  const LoadOptions& options_;
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
    throw EmptyWindow("process " + std::to_string(options.server_pid) +
                      " used no CPU in the window: was it kept from running, or did it only start "
                      "the server?");
  }
  const double user = since(before.user_ticks, after.user_ticks);
  const double system = since(before.system_ticks, after.system_ticks);
  ServerCost cost;
  cost.ns_per_message = cpu_ns / static_cast<double>(result.messages);
  cost.user_share = user + system == 0 ? 0 : user / (user + system);
  cost.user_ns_per_message = cost.ns_per_message * cost.user_share;
  cost.system_ns_per_message = cost.ns_per_message - cost.user_ns_per_message;
  cost.cpus = cpu_ns / 1e9 / result.seconds;
  cost.bytes_per_cpu_second = result.bytes_per_second / cost.cpus;
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
  const double ran = since(before.client.ran_nanoseconds, after.client.ran_nanoseconds);
  const double waited = since(before.client.waited_nanoseconds, after.client.waited_nanoseconds);
  if (result.messages == 0) {
    throw EmptyWindow("no reply came in the whole window of " + duration(result.seconds * 1e9) +
                      ", in which the load ran for " + duration(ran) +
                      " and waited for a processor for " + duration(waited));
  }
  const auto messages = static_cast<double>(result.messages);
  result.messages_per_second = messages / result.seconds;
  result.bytes_per_second = since(before.payload, after.payload) / result.seconds;
  result.connections_ended = after.ended - before.ended;
  result.connections_per_second = static_cast<double>(result.connections_ended) / result.seconds;
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
    crew.wait("warming up", options.warmup, interrupts);
    // In an open loop it is by chance when a connection has something to say.
    if (options.rate == 0) crew.wait_going(interrupts);
  }
  const auto before = crew.take_snapshot();
  crew.enter(Phase::measuring);
  const bool by_count = options.messages > 0;
  crew.wait("measuring", by_count ? without_end : options.seconds, interrupts);
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
  reserve_descriptors(options.connections + options.idle);
  if (has_ended()) throw Failure("there is no process " + std::to_string(options.server_pid));
  try {
    const auto dialect = make_dialect(options);
    const IdleCrowd idle{options, *dialect, interrupts};
    Crew crew{options, *dialect, interrupts};
    try {
      auto result = measure(crew, options, interrupts);
      result.idle_lost = idle.lost();
      return result;
    } catch (const Failure&) {
      crew.abandon();
      crew.rethrow_failure();
      throw;
    }
  } catch (const EmptyWindow&) {
    if (!has_ended()) throw;
    throw Failure("nothing was answered" + note);
  } catch (const Failure& failure) {
    throw Failure(failure.what() + (has_ended() ? note : std::string{}));
  }
}

}  // namespace weir::bench
