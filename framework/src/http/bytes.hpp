// Which bytes may stand where in a head, and how to run over many of them. Layer: http, its sources
// only.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::http::bytes {

enum Class : std::uint8_t {
  token = 1,   // RFC 9110, section 5.6.2
  target = 2,  // visible ASCII without '#'
  value = 4,   // what a field value may have: all but control bytes, with the tab
  host = 8,    // RFC 3986, section 3.2.2: a registered name without its escapes
  hex_digit = 16,
  unreserved = 32,  // RFC 3986, section 2.3
};

constexpr bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
constexpr char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}
constexpr bool is_one_of(std::string_view these, char byte) {
  return these.find(byte) != std::string_view::npos;
}

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int code = 0; code < 256; ++code) {
    const char byte = static_cast<char>(code);
    const bool ascii = code < 0x80;
    const bool plain = ascii && (is_letter(byte) || is_digit(byte));
    std::uint8_t& of = classes[static_cast<std::size_t>(code)];
    if (plain || (ascii && is_one_of("!#$%&'*+-.^_`|~", byte))) of |= token;
    if (code > 0x20 && code < 0x7f && byte != '#') of |= target;
    if ((code >= 0x20 && code != 0x7f) || byte == '\t') of |= value;
    if (plain || (ascii && is_one_of("-._~!$&'()*+,;=", byte))) of |= host;
    if (ascii && (is_digit(byte) || (lower(byte) >= 'a' && lower(byte) <= 'f'))) of |= hex_digit;
    if (plain || (ascii && is_one_of("-._~", byte))) of |= unreserved;
  }
  return classes;
}
inline constexpr std::array<std::uint8_t, 256> classes = make_classes();

constexpr bool is(Class of, char byte) {
  return (classes[static_cast<unsigned char>(byte)] & of) != 0;
}
/// Without a branch for each byte: what is asked about is short, and nearly always right.
constexpr bool all(Class of, std::string_view text) {
  std::uint8_t common = of;
  for (const char byte : text) common &= classes[static_cast<unsigned char>(byte)];
  return common != 0;
}

/// 0 to 15 of a hexadecimal digit.
constexpr unsigned hex_value(char digit) {
  return static_cast<unsigned>(is_digit(digit) ? digit - '0' : lower(digit) - 'a' + 10);
}

/// The first byte from `at` on that is not of the class, or `stop`.
inline const char* skip(Class of, const char* at, const char* stop) {
  while (at != stop && is(of, *at)) ++at;
  return at;
}

#if defined(__SSE2__)
/// The same in steps of 16: `ends` marks the bytes of a block at which to look closer.
template <class Ends>
const char* skip_blocks(Class of, const char* at, const char* stop, Ends ends) {
  while (stop - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(ends(block)));
    if (mask == 0) {
      at += 16;
      continue;
    }
    at += std::countr_zero(mask);
    if (!is(of, *at)) return at;
    ++at;
  }
  return skip(of, at, stop);
}

inline __m128i controls_of(__m128i block) {
  const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  return _mm_or_si128(low, _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f)));
}
inline const char* skip_value(const char* at, const char* stop) {
  return skip_blocks(value, at, stop, controls_of);
}
/// all() of a value.
inline bool all_of_value(std::string_view text) {
  if (text.size() < 16) return all(value, text);
  const auto controls_at = [](const char* at) {
    return controls_of(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  };
  const char* const last = text.data() + text.size() - 16;  // overlaps the block before it
  __m128i controls = controls_at(last);
  for (const char* at = text.data(); at < last; at += 16) {
    controls = _mm_or_si128(controls, controls_at(at));
  }
  return _mm_movemask_epi8(controls) == 0 || all(value, text);  // a tab is no mistake
}
/// Looks closer at what is neither a letter nor a digit nor '-'.
inline const char* skip_token(const char* at, const char* stop) {
  return skip_blocks(token, at, stop, [](__m128i block) {
    const auto within = [](__m128i bytes, char first, char count) {
      const __m128i offset = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
      return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(static_cast<char>(count - 1))),
                            offset);
    };
    const __m128i letter = within(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i other =
        _mm_or_si128(within(block, '0', 10), _mm_cmpeq_epi8(block, _mm_set1_epi8('-')));
    return _mm_cmpeq_epi8(_mm_or_si128(letter, other), _mm_setzero_si128());
  });
}
inline const char* skip_target(const char* at, const char* stop) {
  return skip_blocks(target, at, stop, [](__m128i block) {
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x20)), block);
    const __m128i high = _mm_cmpeq_epi8(_mm_max_epu8(block, _mm_set1_epi8(0x7f)), block);
    const __m128i hash = _mm_cmpeq_epi8(block, _mm_set1_epi8('#'));
    return _mm_or_si128(_mm_or_si128(low, high), hash);
  });
}
#else
inline const char* skip_token(const char* at, const char* stop) { return skip(token, at, stop); }
inline const char* skip_value(const char* at, const char* stop) { return skip(value, at, stop); }
inline bool all_of_value(std::string_view text) { return all(value, text); }
inline const char* skip_target(const char* at, const char* stop) { return skip(target, at, stop); }
#endif

constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether a token is `expected`, which is in lower case and made of letters, digits and '-'. One
/// bit is enough: no other byte of a token differs from those by it alone.
constexpr bool token_is(std::string_view text, std::string_view expected) {
  if (text.size() != expected.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<char>(text[i] | 0x20) != expected[i]) return false;
  }
  return true;
}

}  // namespace weir::http::bytes
