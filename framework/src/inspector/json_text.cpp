#include "inspector/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir::inspect {

namespace {

/// The bytes of the UTF-8 sequence that `text` begins with; 0 where it begins with none (RFC 3629).
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const bool short_form = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return short_form || beyond ? 0 : size;
}

}  // namespace

JsonText& JsonText::key(std::string_view name) {
  begin_value();
  append_string(name);
  text_ += ':';
  first_ = true;
  return *this;
}

JsonText& JsonText::value(std::string_view text) {
  begin_value();
  append_string(text);
  return *this;
}

JsonText& JsonText::value(double number) {
  if (!std::isfinite(number)) return null();
  char digits[32];
  const auto written =
      std::to_chars(digits, digits + sizeof digits, number, std::chars_format::general, 9);
  return raw({digits, static_cast<std::size_t>(written.ptr - digits)});
}

JsonText& JsonText::open(char bracket) {
  begin_value();
  text_ += bracket;
  first_ = true;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  text_ += bracket;
  first_ = false;
  return *this;
}

JsonText& JsonText::raw(std::string_view text) {
  begin_value();
  text_ += text;
  return *this;
}

void JsonText::begin_value() {
  if (!std::exchange(first_, false)) text_ += ',';
}

void JsonText::append_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  text_ += '"';
  while (!text.empty()) {
    const std::size_t size = sequence(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (size == 0) {
      text_ += "\\ufffd";
    } else if (byte == '"' || byte == '\\') {
      text_.append({'\\', text.front()});
    } else if (byte < 0x20 || byte == 0x7f) {
      text_.append("\\u00").append({digits[byte >> 4U], digits[byte & 15U]});
    } else {
      text_ += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  text_ += '"';
}

}  // namespace weir::inspect
