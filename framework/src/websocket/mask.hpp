// Masking: payload xor key (RFC 6455 5.3), both ways the same. Layer: websocket, sources only.
#pragma once

#include <cstddef>

#include "weir/websocket/frame.hpp"

namespace weir::websocket {

/// Writes `size` bytes of `from`, xored with `key`, to `to`, which is `from` or does not overlap
/// it.
void apply_mask(char* to, const char* from, std::size_t size, MaskKey key);

/// The key for what follows `size` bytes.
[[nodiscard]] inline MaskKey advance(MaskKey key, std::size_t size) {
  return {key[size % 4], key[(size + 1) % 4], key[(size + 2) % 4], key[(size + 3) % 4]};
}

}  // namespace weir::websocket
