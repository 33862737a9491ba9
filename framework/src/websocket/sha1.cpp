#include "websocket/sha1.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weir::websocket {

namespace {

using Hash = std::array<std::uint32_t, 5>;
constexpr std::size_t block_size = 64;

/// The function and the constant of a round (FIPS 180-4 4.1.1 and 4.2.1).
std::uint32_t mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  switch (round / 20) {
    case 0:
      return ((b & c) | (~b & d)) + 0x5A827999U;
    case 1:
      return (b ^ c ^ d) + 0x6ED9EBA1U;
    case 2:
      return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCU;
    default:
      return (b ^ c ^ d) + 0xCA62C1D6U;
  }
}

void add_block(Hash& hash, std::string_view block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < block_size; ++i) {
    words[i / 4] = words[i / 4] << 8 | static_cast<unsigned char>(block[i]);
  }
  for (std::size_t i = 16; i < words.size(); ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  auto [a, b, c, d, e] = hash;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint32_t next = std::rotl(a, 5) + mix(i, b, c, d) + e + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  hash = {hash[0] + a, hash[1] + b, hash[2] + c, hash[3] + d, hash[4] + e};
}

}  // namespace

std::array<unsigned char, 20> sha1(std::string_view message) {
  Hash hash{0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U, 0xC3D2E1F0U};
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  for (; message.size() >= block_size; message.remove_prefix(block_size)) {
    add_block(hash, message.substr(0, block_size));
  }
  // What is left, a 1 bit, zeros, and the length in bits: one block, or two.
  std::array<char, 2 * block_size> end{};
  std::copy(message.begin(), message.end(), end.begin());
  end[message.size()] = static_cast<char>(0x80);
  const std::size_t size = message.size() + 9 <= block_size ? block_size : 2 * block_size;
  for (std::size_t i = 0; i < 8; ++i) {
    end[size - 1 - i] = static_cast<char>(bits >> (8 * i) & 0xFF);
  }
  for (std::size_t at = 0; at < size; at += block_size) {
    add_block(hash, {end.data() + at, block_size});
  }
  std::array<unsigned char, 20> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<unsigned char>(hash[i / 4] >> (24 - 8 * (i % 4)) & 0xFF);
  }
  return digest;
}

}  // namespace weir::websocket
