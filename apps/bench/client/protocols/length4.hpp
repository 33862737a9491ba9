// Four bytes before a payload: its size, big-endian.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace weir::bench {

inline constexpr std::size_t length4_bytes = 4;

inline std::array<char, length4_bytes> length4_of(std::size_t size) {
  return {static_cast<char>(size >> 24U), static_cast<char>(size >> 16U),
          static_cast<char>(size >> 8U), static_cast<char>(size)};
}

// `text` has at least that many bytes.
inline std::size_t length4_at(std::string_view text) {
  std::size_t length = 0;
  for (const char byte : text.substr(0, length4_bytes)) {
    length = length << 8U | static_cast<unsigned char>(byte);
  }
  return length;
}

}  // namespace weir::bench
