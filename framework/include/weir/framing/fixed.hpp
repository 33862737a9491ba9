// fixed: messages that are all of one size, with nothing between them. Layer: framing.
#pragma once

#include <cstddef>
#include <string_view>

#include "weir/framing/framing.hpp"

namespace weir {

class FixedFraming {
 public:
  /// Throws std::invalid_argument when `size` is 0.
  explicit FixedFraming(std::size_t size);

  /// Has no limit but its size: who says `fixed(n)` has allowed n bytes, whatever the server's is.
  void set_default_max(std::size_t /*max*/) {}

  [[nodiscard]] Decoded decode(std::string_view input) const {
    if (input.size() < size_) return Decoded::need(size_);
    return Decoded::frame(input.substr(0, size_), size_);
  }

  /// Refuses a message of any other size.
  Status encode(std::string_view message, Buffer& output) const {
    if (message.size() != size_) return refuse(message);
    output.append(message);
    return {};
  }

 private:
  Status refuse(std::string_view message) const;

  std::size_t size_;
};

[[nodiscard]] inline FixedFraming fixed(std::size_t size) { return FixedFraming(size); }

}  // namespace weir
