#include "client/ledger.hpp"

#include <algorithm>

namespace weir::bench {

// Almost always all are answered, and nothing moves.
void Ledger::settle(unsigned count, std::uint64_t now, Recorder& recorder) {
  static constexpr std::size_t worth_moving = 64;
  in_flight_ -= count;
  while (count > 0) {
    auto& batch = batches_[first_];
    const unsigned part = std::min(count, batch.count);
    recorder.record(batch.since, now, part);
    batch.count -= part;
    count -= part;
    if (batch.count == 0) ++first_;
  }
  if (first_ < batches_.size() && first_ < worth_moving) return;
  batches_.erase(batches_.begin(), batches_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

void Ledger::clear() {
  batches_.clear();
  first_ = 0;
  in_flight_ = 0;
}

}  // namespace weir::bench
