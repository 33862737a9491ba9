// shed: refuses requests early while their loop cannot keep up. Layer: routing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "weir/core/time.hpp"
#include "weir/io/loop_lag.hpp"
#include "weir/io/per_loop.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

struct ShedOptions {
  /// A loop that is later than this is overloaded.
  Duration lag = std::chrono::milliseconds(100);
};

/// A request that comes while its loop is behind by more than `lag` (LoopLag) fails with
/// overloaded: answering it late helps nobody. Put it outside of what costs. After a standstill the
/// loop counts as late until a probe of it was in time, so for 100 ms.
class Shed final : public Layer {
 public:
  /// Throws std::invalid_argument unless the lag is positive.
  explicit Shed(ShedOptions options);

  void call(Context& context, Next next) override;
  [[nodiscard]] bool wants_settled() const override { return false; }

  [[nodiscard]] std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  Duration most_;
  PerLoop<LoopLag> lags_;
  std::atomic<std::uint64_t> refused_{0};
};

[[nodiscard]] std::shared_ptr<Shed> shed(ShedOptions options = {});

}  // namespace weir
