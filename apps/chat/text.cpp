#include "chat/text.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "weir/websocket/utf8.hpp"

namespace weir::chat {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The character at the beginning of `text`, which is not empty: its bytes, empty where they are no
/// UTF-8.
std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (size > text.size() || !websocket::is_utf8(text.substr(0, size))) return {};
  return text.substr(0, size);
}

/// Of a whole character.
char32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  switch (character.size()) {
    case 1:
      return byte(0);
    case 2:
      return ((byte(0) & 0x1FU) << 6U) | (byte(1) & 0x3FU);
    case 3:
      return ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
    default:
      return ((byte(0) & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) |
             (byte(3) & 0x3FU);
  }
}

enum class Kind { plain, blank, line_end, dropped };

Kind kind_of(char32_t c) {
  if (c == U'\n' || c == 0x2028 || c == 0x2029) return Kind::line_end;
  if (c == U' ' || c == U'\t' || c == 0xA0 || c == 0x3000) return Kind::blank;
  const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  // Direction marks and overrides, and what cannot be seen.
  const bool steers = c == 0x061C || c == 0x200B || c == 0x200E || c == 0x200F ||
                      (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
                      (c >= 0xE0000 && c <= 0xE007F);
  return control || steers ? Kind::dropped : Kind::plain;
}

/// Calls `each(kind, bytes)` for every character.
template <class Each>
void walk(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    if (character.empty()) {
      each(Kind::plain, replacement);
      text.remove_prefix(1);
    } else {
      each(kind_of(code_point(character)), character);
      text.remove_prefix(character.size());
    }
  }
}

/// Without blanks and line ends around it.
std::string trimmed(std::string text) {
  constexpr std::string_view around = " \n";
  const std::size_t end = text.find_last_not_of(around);
  text.erase(end == std::string::npos ? 0 : end + 1);
  text.erase(0, std::min(text.find_first_not_of('\n'), text.size()));
  return text;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  walk(text, [&](Kind kind, std::string_view character) {
    switch (kind) {
      case Kind::plain:
        clean += character;
        break;
      case Kind::blank:
        clean += ' ';
        break;
      case Kind::line_end:
        clean += '\n';
        break;
      case Kind::dropped:
        break;
    }
  });
  return trimmed(std::move(clean));
}

std::string clean_nick(std::string_view text) {
  std::string clean;
  walk(text, [&](Kind kind, std::string_view character) {
    if (kind == Kind::plain) {
      clean += character;
    } else if (kind != Kind::dropped && !clean.empty() && clean.back() != ' ') {
      clean += ' ';
    }
  });
  return trimmed(std::move(clean));
}

std::string clean_room(std::string_view text) {
  std::string clean;
  walk(text, [&](Kind kind, std::string_view character) {
    if (kind == Kind::plain && !(clean.empty() && character == "#")) clean += character;
  });
  return name_key(clean);
}

std::string name_key(std::string_view name) {
  std::string key(name);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

bool is_id(std::string_view id) {
  return id.size() >= 8 && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string random_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;  // the system's, of which nothing can be foreseen
  std::string id;
  for (int word = 0; word < 4; ++word) {
    std::uint32_t bits = random();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4U) id += digits[bits & 15U];
  }
  return id;
}

}  // namespace weir::chat
