// count: what the routes of a router do, in figures. Layer: routing.
// Every loop counts for itself, in plain integers that it alone writes; stats() sums them.
//
//   PerLoop<Shard>   loop 1: [route 0] [route 1] [       ] ...     by Route::index, with Route::id
//                    loop 2: [       ] [route 1] [route 2] ...     4.8 KB a route that was called
//                    retired: what routes had counted whose place another one took
//
// The time taken is Context::took(): from when a request comes to the first layer that measures, or
// from the end of the one before it in the same read, until it is settled: one or two readings of
// TickClock. It is known to 3 %; below half a microsecond, to 32 ns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/counter.hpp"
#include "weir/core/histogram.hpp"
#include "weir/io/per_loop.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

struct RouteStats {
  std::string route;
  /// Requests that were settled.
  std::uint64_t calls = 0;
  /// Those that are not yet.
  std::uint64_t in_flight = 0;
  /// Of the calls, by FailureKind. An end of the connection counts as `unanswered`.
  std::array<std::uint64_t, failure_kind_count> failures{};
  Histogram time;

  [[nodiscard]] std::uint64_t failed(FailureKind kind) const {
    return failures[static_cast<std::size_t>(kind)];
  }
};

/// One object is for the routes of one router: it tells them apart by their index and id.
class Count final : public Layer {
 public:
  /// The name in stats() of all that routes counted which were removed since.
  static constexpr std::string_view removed = "(removed)";

  void call(Context& context, Next next) override;
  void settled(Context& context, const Failure* failure, std::uint64_t note) override;

  /// Every route that was called, by name, `removed` last. From any thread; what is being counted
  /// now may be missing. A route that was removed is still among them until another one takes its
  /// place.
  [[nodiscard]] std::vector<RouteStats> stats() const;

 private:
  struct alignas(64) Figures {
    std::uint64_t id = 0;
    Counter begun;
    Counter ended;
    std::string name;
    std::array<Counter, failure_kind_count> failures{};
    HistogramCounters time;

    void add(const Figures& other);
  };
  using ByName = std::map<std::string, RouteStats, std::less<>>;

  /// What one loop counts; or what was left by those that are gone.
  class Shard {
   public:
    /// On the loop's thread.
    Figures& of(const Route& route) {
      if (route.index < routes_.size()) {
        Figures* known = routes_[route.index].get();
        if (known != nullptr && known->id == route.id) return *known;
      }
      return find(route.index, route.id, route.name);
    }
    void use_clock(const TickClock& clock) {
      if (!clock_) clock_ = clock;
    }
    /// For PerLoop: of a loop that is gone.
    void add(const Shard& other);
    void collect(ByName& all, RouteStats& of_removed) const;

   private:
    Figures& find(std::size_t index, std::uint64_t id, const std::string& name);
    void collect(const Figures& figures, RouteStats& into) const;

    std::optional<TickClock> clock_;
    // Which ones there are, other threads read and this one changes under mutex_.
    std::vector<std::unique_ptr<Figures>> routes_;   // by index
    std::vector<std::unique_ptr<Figures>> leaving_;  // of removed routes, with requests in flight
    std::unique_ptr<Figures> removed_;               // the sum of those that left
    mutable std::mutex mutex_;
  };

  PerLoop<Shard> shards_;
};

[[nodiscard]] std::shared_ptr<Count> count();

}  // namespace weir
