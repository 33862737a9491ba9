#include "call/repeat.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

#include "call/progress.hpp"
#include "common/output.hpp"
#include "weir/core/histogram.hpp"

namespace weir::call {

namespace {

TimePoint now() { return std::chrono::steady_clock::now(); }

double milliseconds(Duration time) { return static_cast<double>(time.count()) / 1e6; }

template <class... Values>
std::string format(const char* form, Values... values) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), form, values...);
  return text.data();
}

/// Starts a call whenever one ends. All but wait() on the client's loop.
class Run {
 public:
  Run(RpcClient& client, const Options& options) : client_(client), options_(options) {}

  void begin() {
    for (std::size_t i = 0; i < options_.in_flight && first_may_start(); ++i) start();
  }

  /// On the thread of main, until all have ended.
  void wait(Progress& progress) {
    std::unique_lock lock(mutex_);
    while (ended_ < options_.repeat) {
      changed_.wait_for(lock, Progress::interval);
      const std::size_t ended = ended_;
      lock.unlock();
      progress.show(ended);
      lock.lock();
    }
  }

  /// After wait().
  [[nodiscard]] int report(Duration took) const {
    Histogram latencies;
    latencies.add(latencies_, 1);
    // A quantile is the middle of its bucket, and the largest value may lie before it.
    const auto quantile = [&](double q) {
      return milliseconds(std::clamp(latencies.quantile(q), least_, most_));
    };
    const double seconds = static_cast<double>(took.count()) / 1e9;
    app::print(format("%zu calls, %zu failed, %.3f s, %.0f calls/s\n", options_.repeat,
                      options_.repeat - answered_, seconds,
                      static_cast<double>(options_.repeat) / seconds));
    if (answered_ != 0) {
      app::print(
          format("latency ms: min %.3f, p50 %.3f, p90 %.3f, p99 %.3f, p99.9 %.3f, max %.3f\n",
                 milliseconds(least_), quantile(0.5), quantile(0.9), quantile(0.99),
                 quantile(0.999), milliseconds(most_)));
    }
    for (const auto& [text, times] : failures_) {
      app::complain("weir-call", text + " (" + std::to_string(times) + " times)");
    }
    return worst_;
  }

 private:
  /// The kinds of mistakes that are told apart; any further one is counted with the others.
  static constexpr std::size_t most_kinds = 20;

  bool first_may_start() {
    const std::lock_guard lock(mutex_);
    return may_start();
  }

  /// Counts one more, if there is one more to start. Under the lock.
  bool may_start() {
    if (started_ == options_.repeat) return false;
    ++started_;
    return true;
  }

  void start() {
    for (;;) {
      const TimePoint begun = now();
      const auto called =
          client_.call(options_.method, options_.params, {.deadline = options_.timeout},
                       [this, begun](const RpcClient::Reply& reply) {
                         if (ended(begun, reply)) start();
                       });
      if (called.ok()) return;
      const RpcError error{RpcError::Kind::transport, called.error().code, called.error().message,
                           nullptr};
      if (!ended(begun, error)) return;
    }
  }

  /// Whether the next one is to be started. When not, wait() may have returned and this object may
  /// be gone.
  bool ended(TimePoint begun, const RpcClient::Reply& reply) {
    const Duration took = now() - begun;
    const std::lock_guard lock(mutex_);
    if (reply.ok()) {
      count(took);
    } else {
      count(reply.error());
    }
    if (++ended_ == options_.repeat) changed_.notify_all();
    return may_start();
  }

  void count(Duration took) {
    ++answered_;
    latencies_.add(static_cast<std::uint64_t>(took.count()));
    least_ = std::min(least_, took);
    most_ = std::max(most_, took);
  }

  void count(const RpcError& error) {
    const bool refused = error.kind == RpcError::Kind::refused;
    worst_ = std::max<int>(worst_, refused ? Exit::rpc_error : Exit::no_answer);
    const std::string text = error.to_string();
    const bool known = failures_.contains(text) || failures_.size() < most_kinds;
    ++failures_[known ? text : "others"];
  }

  RpcClient& client_;
  const Options& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t started_ = 0;
  std::size_t ended_ = 0;
  std::size_t answered_ = 0;
  HistogramCounters latencies_;
  Duration least_ = Duration::max();
  Duration most_{};
  std::map<std::string, std::size_t> failures_;
  int worst_ = Exit::success;
};

}  // namespace

int repeat(RpcClient& client, const Options& options) {
  Run run(client, options);
  const TimePoint begun = now();
  run.begin();
  {
    Progress progress(options.repeat);
    run.wait(progress);
  }
  return run.report(now() - begun);
}

}  // namespace weir::call
