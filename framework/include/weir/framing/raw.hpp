// raw: no frames. What came in one read is handed on as it is, in pieces of any size.
// Layer: framing. For byte streams that mean nothing here: an echo, a tunnel, a log.
#pragma once

#include "weir/framing/framing.hpp"

namespace weir {

class RawFraming {
 public:
  /// Everything there is, as one piece. The pieces say nothing of how the peer sent them.
  [[nodiscard]] Decoded decode(std::string_view input) const {
    if (input.empty()) return Decoded::need(1);
    return Decoded::frame(input, input.size());
  }
  Status encode(std::string_view message, Buffer& output) const {
    output.append(message);
    return {};
  }
};

[[nodiscard]] inline RawFraming raw() { return {}; }

}  // namespace weir
