#include "websocket/mask.hpp"

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace weir::websocket {

void apply_mask(char* to, const char* from, std::size_t size, MaskKey key) {
  std::uint32_t word = 0;
  std::memcpy(&word, key.data(), sizeof word);
  std::size_t i = 0;
#ifdef __SSE2__
  const __m128i wide = _mm_set1_epi32(static_cast<int>(word));
  for (; size - i >= 16; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm_xor_si128(bytes, wide));
  }
#endif
  // The key has come round at every multiple of four, whatever the order of bytes in a word.
  const std::uint64_t twice = std::uint64_t{word} << 32 | word;
  for (; size - i >= 8; i += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from + i, sizeof bytes);
    bytes ^= twice;
    std::memcpy(to + i, &bytes, sizeof bytes);
  }
  for (; i < size; ++i) to[i] = static_cast<char>(from[i] ^ key[i % 4]);
}

}  // namespace weir::websocket
