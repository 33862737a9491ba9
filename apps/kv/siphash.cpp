#include "kv/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <random>

namespace weir::kv {

namespace {

struct State {
  std::uint64_t a, b, c, d;

  void round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }
};

std::uint64_t little_endian(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// The last 0 to 7 bytes, and how many bytes there were in all.
std::uint64_t last_word(const char* bytes, std::size_t left, std::size_t size) {
  std::uint64_t word = static_cast<std::uint64_t>(size) << 56;
  for (std::size_t i = 0; i < left; ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return word;
}

template <int per_word, int at_end>
std::uint64_t siphash(const HashSeed& seed, std::string_view bytes) {
  State v{seed.first ^ 0x736f6d6570736575, seed.second ^ 0x646f72616e646f6d,
          seed.first ^ 0x6c7967656e657261, seed.second ^ 0x7465646279746573};
  const auto mix = [&v](std::uint64_t word) {
    v.d ^= word;
    for (int i = 0; i < per_word; ++i) v.round();
    v.a ^= word;
  };
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) mix(little_endian(at));
  mix(last_word(at, left, bytes.size()));
  v.c ^= 0xff;
  for (int i = 0; i < at_end; ++i) v.round();
  return v.a ^ v.b ^ v.c ^ v.d;
}

}  // namespace

HashSeed HashSeed::random() {
  std::random_device device;
  const auto word = [&device] {
    return static_cast<std::uint64_t>(device()) << 32 | static_cast<std::uint64_t>(device());
  };
  const std::uint64_t first = word();
  return {first, word()};
}

std::uint64_t siphash13(const HashSeed& seed, std::string_view bytes) {
  return siphash<1, 3>(seed, bytes);
}

std::uint64_t siphash24(const HashSeed& seed, std::string_view bytes) {
  return siphash<2, 4>(seed, bytes);
}

}  // namespace weir::kv
