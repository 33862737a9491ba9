// History: one moment a second of the last minutes. Layer: inspector, private.
// Rates are of the time since the moment before. On one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "inspector/reading.hpp"

namespace weir::inspect {

struct Moment {
  std::uint64_t number = 0;  // 1, 2, ...
  double accepted = 0;       // a second, as the next five
  double bytes_in = 0;
  double bytes_out = 0;
  double frames = 0;
  double calls = 0;
  double failures = 0;
  std::uint64_t active = 0;  // then, as the next
  std::uint64_t queued = 0;
  double lag = 0;  // seconds, the worst of all loops meanwhile
  double p50 = 0;  // seconds, of the calls that ended meanwhile; 0 when there were none
  double p99 = 0;
};

class History {
 public:
  /// Keeps the last `most`.
  explicit History(std::size_t most) : most_(most) {}

  void add(TimePoint now, const Reading& reading, Duration worst_lag);
  [[nodiscard]] const std::deque<Moment>& moments() const { return moments_; }

 private:
  std::size_t most_;
  std::deque<Moment> moments_;
  std::uint64_t count_ = 0;
  TimePoint last_{};
  ServerStats before_{};
  Histogram times_before_{};
};

}  // namespace weir::inspect
