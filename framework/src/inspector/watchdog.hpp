// Watchdog: which route holds a loop, and for how long. Layer: inspector, private.
// It is told what each loop does, again and again, and answers with lines for the log: one when a
// loop has been held longer than the limit, one when it goes on. It knows no clock and no loop.
// A flood of stalls is no flood of lines: of those past `most_told` in `window`, it tells how many.
//
//   free --held by one place longer than the limit--> held --it is elsewhere--> free
//   free --no answer for so long, and in no handler--> held --it has answered--> free
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "weir/core/time.hpp"
#include "weir/io/loop_monitor.hpp"

namespace weir::inspect {

struct Stall {
  std::uint64_t loop = 0;
  std::string place{};  // empty: no handler
  TimePoint began{};
  Duration lasted{};
  bool over = false;
};

class Watchdog {
 public:
  /// The stalls that are kept for who asks.
  static constexpr std::size_t most_kept = 20;
  /// The stalls that are told in one window.
  static constexpr std::size_t most_told = 5;
  static constexpr Duration window = std::chrono::seconds(10);

  explicit Watchdog(Duration limit) : limit_(limit) {}

  /// What loop number `loop` does at `now`.
  [[nodiscard]] std::vector<std::string> look(TimePoint now, std::uint64_t loop,
                                              const LoopMonitor::Present& present,
                                              Duration unanswered);
  /// Nothing is known any more of loops that are not among `loops`, sorted.
  void keep_only(const std::vector<std::uint64_t>& loops);

  /// The newest last; those that go on are among them.
  [[nodiscard]] const std::deque<Stall>& stalls() const { return stalls_; }
  /// How many there ever were.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  struct Held {
    std::uint64_t move = 0;
    Stall stall{};
    bool told = false;
  };

  /// The line for it; empty when it is not told.
  std::string begin(TimePoint now, Held held);
  [[nodiscard]] bool may_tell(TimePoint now);
  void show(const Stall& stall);

  Duration limit_;
  std::map<std::uint64_t, Held> held_;  // by loop
  std::deque<Stall> stalls_;
  std::uint64_t count_ = 0;
  TimePoint window_began_{};
  std::size_t told_in_window_ = 0;
  std::uint64_t untold_ = 0;  // since the last one that was told
};

}  // namespace weir::inspect
