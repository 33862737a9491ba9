// Counter: a number that one thread adds to and any thread may read. Layer: core.
// Costs what a plain integer costs: no locked instruction, because there is one writer.
#pragma once

#include <atomic>
#include <cstdint>

namespace weir {

class Counter {
 public:
  /// On the owner's thread only.
  void add(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
  }
  /// From any thread; may miss what is being added now.
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace weir
