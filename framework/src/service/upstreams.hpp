// Upstreams: which upstream the next client of a relay gets, and what is known of each.
// Layer: service, private. Shared by the relay, its pairs and its health checks. Threads: any; the
// lock is taken when a connection begins or ends, never for its bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "io/pipe.hpp"
#include "service/dialer.hpp"
#include "service/pool_health.hpp"
#include "weir/io/per_loop.hpp"
#include "weir/service/relay.hpp"

namespace weir {

/// One of them, without what changes.
struct Upstream {
  Endpoint endpoint;
  std::string name;
  std::vector<SocketAddress> addresses;
};

class Upstreams {
 public:
  using Choice = PoolHealth::Choice;
  using Verdict = PoolHealth::Verdict;

  Upstreams(std::vector<Upstream> all, RelayOptions options);

  [[nodiscard]] const RelayOptions& options() const { return options_; }
  [[nodiscard]] std::size_t count() const { return all_.size(); }
  [[nodiscard]] const Upstream& at(std::size_t member) const { return all_[member]; }
  /// How to connect to it on behalf of `source`, whose connection came in at `destination`; of
  /// nobody when they are empty.
  [[nodiscard]] DialOptions dial_options(std::size_t member, const SocketAddress& source,
                                         const SocketAddress& destination) const;

  /// One that is not `tried` and has room, for a connection that counts from now until left().
  [[nodiscard]] std::optional<Choice> enter(TimePoint now, const std::vector<bool>& tried);
  void left(Choice choice);
  void connected(Choice choice, TimePoint now);
  /// It could not be reached, or ended before a byte went either way.
  void failed(Choice choice, TimePoint now);
  /// It has sent something.
  void answered(Choice choice, TimePoint now) { health_.note(choice, Verdict::good, now); }
  void retried() { retries_.fetch_add(1, std::memory_order_relaxed); }

  /// For a health check of `member`; nothing while it is to be left alone.
  [[nodiscard]] std::optional<Choice> begin_check(std::size_t member, TimePoint now);
  void end_check(Choice choice, bool good, TimePoint now);
  /// Nothing was learned.
  void drop_check(Choice choice, TimePoint now) { health_.note(choice, Verdict::none, now); }
  /// True for the first who asks: one loop checks for all.
  [[nodiscard]] bool claim_checks() { return !checked_.exchange(true); }

  /// Of `loop`, on its thread.
  [[nodiscard]] PipePool& pipes(EventLoop& loop) { return pipes_.here(loop); }

  [[nodiscard]] RelayStats stats() const;

 private:
  struct Counts {
    std::size_t active = 0;
    std::uint64_t connects = 0;
    std::uint64_t failures = 0;
    std::uint64_t checks_failed = 0;
  };

  const std::vector<Upstream> all_;
  const RelayOptions options_;
  PoolHealth health_;
  PerLoop<PipePool> pipes_;
  std::atomic<bool> checked_{false};
  std::atomic<std::uint64_t> retries_{0};
  mutable std::mutex mutex_;  // guards the rest
  std::vector<Counts> counts_;
  std::vector<PoolHealth::Seen> seen_;
  std::vector<bool> passed_over_;
};

}  // namespace weir
