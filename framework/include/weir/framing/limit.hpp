// FrameLimit: how long a frame may be, and who said so. Layer: framing.
// The author of a framing's options has the first word, the server the second, weir the last.
#pragma once

#include <cstddef>
#include <limits>

#include "weir/framing/framing.hpp"

namespace weir {

class FrameLimit {
 public:
  /// No limit is more than this, so that a limit and the few bytes of a prefix or an end can be
  /// added without a thought of overflow.
  static constexpr std::size_t largest = std::numeric_limits<std::size_t>::max() / 2;

  /// `max` counts the bytes of the payload alone; 0 leaves the word to the server.
  explicit FrameLimit(std::size_t max = 0)
      : max_(max == 0 ? default_max_frame : bounded(max)), chosen_(max != 0) {}

  /// What the server allows: taken where nothing was chosen.
  void set_default(std::size_t max) {
    if (!chosen_) max_ = bounded(max);
  }
  [[nodiscard]] std::size_t max() const { return max_; }

 private:
  static std::size_t bounded(std::size_t max) { return max < largest ? max : largest; }

  std::size_t max_;
  bool chosen_;
};

}  // namespace weir
