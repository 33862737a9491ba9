#include "core/text.hpp"

namespace weir::text {

namespace {

bool is_printable(char byte) { return byte >= 0x20 && byte < 0x7f; }

void append_escaped(std::string& text, char byte) {
  constexpr std::string_view named = "\n\r\t\"\\";
  constexpr std::string_view names = "nrt\"\\";
  constexpr std::string_view digits = "0123456789abcdef";
  if (const auto at = named.find(byte); at != std::string_view::npos) {
    text.append(1, '\\').append(1, names[at]);
  } else if (!is_printable(byte)) {
    const auto value = static_cast<unsigned char>(byte);
    text.append("\\x").append(1, digits[value >> 4]).append(1, digits[value & 15]);
  } else {
    text.push_back(byte);
  }
}

}  // namespace

std::string quoted(std::string_view bytes, std::size_t most) {
  std::string text = "\"";
  for (const char byte : bytes.substr(0, most)) append_escaped(text, byte);
  text.append(bytes.size() > most ? "\"..." : "\"");
  return text;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string shown;
  for (const char byte : text.substr(0, most)) {
    if (is_printable(byte)) {
      shown.push_back(byte);
    } else {
      append_escaped(shown, byte);
    }
  }
  if (text.size() > most) shown.append("...");
  return shown;
}

}  // namespace weir::text
