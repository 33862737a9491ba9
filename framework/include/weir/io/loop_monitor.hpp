// LoopMonitor: what one loop tells about its handlers while somebody watches it. Layer: io.
//
//   the loop's thread                                    the watcher's
//   enter(), leave()  --> where the loop is, since when --> present()
//   PlaceFigures      --> calls, failures, times        --> each_place()
//   answer()          <-- a task that the watcher posts <-- ask(); unanswered(), take_worst_lag()
//
// A place is what handlers are counted under: a route, or a listener whose frames go to one
// handler. There are at most `max_places`; what comes after is counted under `others`. A place
// stays as long as the monitor, so that what present() answers may be read at leisure.
//
// A loop without a monitor (EventLoop::monitor) measures nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "weir/core/counter.hpp"
#include "weir/core/histogram.hpp"
#include "weir/core/time.hpp"
#include "weir/io/tick_clock.hpp"

namespace weir {

/// Of one place on one loop. Written by the loop's thread, 4.7 KB; any may read.
struct PlaceFigures {
  explicit PlaceFigures(std::string_view its_name) : name(its_name) {}

  /// One call has been answered, or failed, after so many ticks; or `times` of them after as many
  /// each.
  void end(std::uint64_t took, bool failure, std::uint64_t times = 1) {
    ended.add(times);
    if (failure) failed.add(times);
    ticks.add(took * times);
    time.add(took, times);
  }
  /// Adds what another loop counted, which counts no more.
  void add(const PlaceFigures& other);

  const std::string name;
  Counter begun;
  Counter ended;
  Counter failed;  // of those that ended
  Counter ticks;   // the sum of all times
  HistogramCounters time;
};

class LoopMonitor {
 public:
  static constexpr std::size_t max_places = 256;
  static constexpr std::string_view others = "(other)";

  /// `number` tells the loops of a server apart.
  LoopMonitor(std::uint64_t number, const TickClock& clock) : number_(number), clock_(clock) {}
  LoopMonitor(const LoopMonitor&) = delete;
  LoopMonitor& operator=(const LoopMonitor&) = delete;

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] const TickClock& clock() const { return clock_; }

  // On the loop's thread:

  [[nodiscard]] PlaceFigures& place(std::string_view name);
  /// Where the loop was before, for leave().
  struct Inside {
    const PlaceFigures* place = nullptr;
    std::uint64_t since = 0;
  };
  [[nodiscard]] Inside enter(const PlaceFigures& place, std::uint64_t now) {
    entered_.add();
    return move_to({&place, now});
  }
  void leave(const Inside& outer) { static_cast<void>(move_to(outer)); }
  /// How often enter() was called.
  [[nodiscard]] std::uint64_t entered() const { return entered_.value(); }
  void answer();

  // On any thread:

  [[nodiscard]] Duration to_time(std::uint64_t ticks) const;
  struct Present {
    const PlaceFigures* place = nullptr;  // nullptr: it is in no handler
    Duration held{};                      // for so long
    std::uint64_t move = 0;               // differs from one stay to the next
  };
  [[nodiscard]] Present present() const;
  template <class Visit>
  void each_place(Visit visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, figures] : places_) visit(static_cast<const PlaceFigures&>(*figures));
  }

  // On one watcher's thread:

  /// True when answer() is to be posted to the loop: it has answered all that was asked before, and
  /// that was `interval` ago.
  [[nodiscard]] bool ask(Duration interval = Duration::zero());
  /// How long it has owed an answer; 0 when it owes none.
  [[nodiscard]] Duration unanswered() const;
  /// From the last question to its answer.
  [[nodiscard]] Duration lag() const { return to_time(lag_.load(std::memory_order_relaxed)); }
  /// The longest since the last call of this.
  [[nodiscard]] Duration take_worst_lag() { return to_time(worst_lag_.exchange(0)); }

 private:
  Inside move_to(const Inside& place) {
    const Inside before{place_.load(std::memory_order_relaxed),
                        since_.load(std::memory_order_relaxed)};
    // Odd while it changes: what present() reads between two equal even numbers belongs together.
    const std::uint64_t move = moves_.load(std::memory_order_relaxed);
    moves_.store(move + 1, std::memory_order_relaxed);
    place_.store(place.place, std::memory_order_release);
    since_.store(place.since, std::memory_order_release);
    moves_.store(move + 2, std::memory_order_release);
    return before;
  }

  const std::uint64_t number_;
  const TickClock clock_;
  std::atomic<std::uint64_t> moves_{0};
  std::atomic<const PlaceFigures*> place_{nullptr};
  std::atomic<std::uint64_t> since_{0};
  Counter entered_;
  std::uint64_t last_asked_ = 0;         // ticks; the watcher's thread alone
  std::atomic<std::uint64_t> asked_{0};  // ticks; 0: nothing is owed
  std::atomic<std::uint64_t> lag_{0};
  std::atomic<std::uint64_t> worst_lag_{0};
  mutable std::mutex mutex_;  // which places there are: others read, the loop's thread changes
  std::unordered_map<std::string_view, std::unique_ptr<PlaceFigures>> places_;  // by their names
};

}  // namespace weir
