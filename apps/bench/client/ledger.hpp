// The messages of one connection that wait for their answers, oldest first, and since when.
//
//   batches_:  | answered | 3 since 10:00:01 | 8 since 10:00:02 | ...
//                         ^ first_
//
// Answers are taken for those of the oldest messages. Where a protocol lets them overtake each
// other, the mean of the latencies stays right, their spread looks smaller than it is.
#pragma once

#include <cstdint>
#include <vector>

#include "client/recorder.hpp"

namespace weir::bench {

class Ledger {
 public:
  // `count` messages that have been due since `since`.
  void start(unsigned count, std::uint64_t since) {
    batches_.push_back({.since = since, .count = count});
    in_flight_ += count;
  }

  // The `count` oldest were answered at `now`; at most in_flight().
  void settle(unsigned count, std::uint64_t now, Recorder& recorder);

  unsigned in_flight() const { return in_flight_; }
  void clear();

 private:
  struct Batch {
    std::uint64_t since;
    unsigned count;
  };

  std::vector<Batch> batches_;
  std::size_t first_ = 0;
  unsigned in_flight_ = 0;
};

}  // namespace weir::bench
