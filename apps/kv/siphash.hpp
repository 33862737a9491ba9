// SipHash-1-3: a keyed hash, so that nobody who does not know the key can choose keys that collide.
// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; 2-4 is for its test vectors.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::kv {

struct HashSeed {
  std::uint64_t first;
  std::uint64_t second;

  /// Of this process, from the system's random numbers.
  [[nodiscard]] static HashSeed random();
};

[[nodiscard]] std::uint64_t siphash13(const HashSeed& seed, std::string_view bytes);
[[nodiscard]] std::uint64_t siphash24(const HashSeed& seed, std::string_view bytes);

}  // namespace weir::kv
