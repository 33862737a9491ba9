// Watchdog: which route holds a loop, and for how long. Layer: inspector, private.
// It is told what each loop does, again and again, and answers with lines for the log: one when a
// loop has been held longer than the limit, one when it goes on. It knows no clock and no loop.
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
  };

  std::string begin(std::uint64_t loop, Held held);
  void show(const Stall& stall);

  Duration limit_;
  std::map<std::uint64_t, Held> held_;  // by loop
  std::deque<Stall> stalls_;
  std::uint64_t count_ = 0;
};

}  // namespace weir::inspect
