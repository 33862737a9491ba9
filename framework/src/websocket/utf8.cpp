#include "weir/websocket/utf8.hpp"

#include <cstring>

namespace weir::websocket {

namespace {

/// How many of the first bytes of `text` are ASCII, counted in whole words.
std::size_t ascii_words(const char* text, std::size_t size) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t i = 0;
  for (; size - i >= 16; i += 16) {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::memcpy(&first, text + i, 8);
    std::memcpy(&second, text + i + 8, 8);
    if (((first | second) & high_bits) != 0) break;
  }
  return i;
}

}  // namespace

bool Utf8::accept(std::string_view bytes) {
  const char* text = bytes.data();
  std::size_t i = 0;
  while (i < bytes.size()) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (missing_ != 0) {
      if (byte < low_ || byte > high_) return false;
      --missing_;
      low_ = 0x80;
      high_ = 0xBF;
      ++i;
      continue;
    }
    if (byte < 0x80) {
      const std::size_t words = ascii_words(text + i, bytes.size() - i);
      i += words == 0 ? 1 : words;
      continue;
    }
    // RFC 3629 4: C0, C1 and F5 up to FF begin nothing; behind E0 and F0 nothing that has a shorter
    // form, behind ED no surrogate, behind F4 nothing over U+10FFFF.
    if (byte < 0xC2 || byte > 0xF4) return false;
    if (byte < 0xE0) {
      missing_ = 1;
    } else if (byte < 0xF0) {
      missing_ = 2;
      if (byte == 0xE0) low_ = 0xA0;
      if (byte == 0xED) high_ = 0x9F;
    } else {
      missing_ = 3;
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;
    }
    ++i;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  Utf8 utf8;
  return utf8.accept(text) && utf8.whole();
}

std::string_view cut_utf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t size = most;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace weir::websocket
