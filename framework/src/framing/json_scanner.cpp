#include "framing/json_scanner.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <system_error>

namespace weir {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// What stands for itself in a string, and is a character of its own.
constexpr bool is_plain(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code >= 0x20 && code < 0x80 && byte != '"' && byte != '\\';
}

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// Of the Unicode standard, table 3-7: how long a sequence is that begins with `lead`, and between
/// what its second byte lies. The others lie between 0x80 and 0xbf.
struct Sequence {
  std::size_t size;
  unsigned char low;
  unsigned char high;
};

constexpr Sequence sequence_of(unsigned char lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

void append_utf8(std::string& output, unsigned code) {
  const auto tail = [&](unsigned shift) {
    output += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    output += static_cast<char>(code);
  } else if (code < 0x800) {
    output += static_cast<char>(0xc0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    output += static_cast<char>(0xe0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    output += static_cast<char>(0xf0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

void JsonText::begin(std::string_view text) {
  text_ = text;
  at_ = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  closes_.clear();
}

bool JsonText::take_string() {
  std::size_t from = at_;  // of what was not decoded yet
  bool escaped = false;
  for (;;) {
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    if (at_ == text_.size()) return false;
    if (text_[at_] == '"') break;
    if (text_[at_] != '\\') {
      if (!take_beyond_ascii()) return false;
      continue;
    }
    if (!escaped) decoded_.clear();
    escaped = true;
    decoded_.append(text_, from, at_ - from);
    ++at_;
    if (!take_escape()) return false;
    from = at_;
  }
  if (escaped) decoded_.append(text_, from, at_ - from);
  value_ = escaped ? std::string_view(decoded_) : since(from);
  ++at_;
  return true;
}

bool JsonText::take_beyond_ascii() {
  const std::string_view rest = text_.substr(at_);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const Sequence sequence = sequence_of(byte(0));
  if (sequence.size == 0 || rest.size() < sequence.size) return false;
  if (byte(1) < sequence.low || byte(1) > sequence.high) return false;
  for (std::size_t i = 2; i < sequence.size; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return false;
  }
  at_ += sequence.size;
  return true;
}

bool JsonText::take_escape() {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  if (take('u')) {
    unsigned code = 0;
    if (!take_code_unit(code)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return false;
    if (code >= 0xd800 && code <= 0xdbff) {  // the first half of a pair
      unsigned second = 0;
      if (!take_word("\\u") || !take_code_unit(second)) return false;
      if (second < 0xdc00 || second > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10U) + (second - 0xdc00);
    }
    append_utf8(decoded_, code);
    return true;
  }
  const std::size_t found = at_ < text_.size() ? letters.find(text_[at_]) : std::string_view::npos;
  if (found == std::string_view::npos) return false;
  ++at_;
  decoded_ += meant[found];
  return true;
}

bool JsonText::take_code_unit(unsigned& unit) {
  constexpr std::size_t digits = 4;
  const std::string_view text = text_.substr(at_, digits);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), unit, 16);
  at_ += text.size();
  return text.size() == digits && read.ec == std::errc() && read.ptr == text.data() + digits;
}

bool JsonText::take_number() {
  const auto take_digits = [this] {
    const std::size_t from = at_;
    while (is_digit(peek())) ++at_;
    return at_ != from;
  };
  take('-');
  if (!take('0') && !take_digits()) return false;
  if (take('.') && !take_digits()) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    return take_digits();
  }
  return true;
}

nlohmann::json json_number(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  if (text.find_first_of(".eE") == std::string_view::npos) {
    if (text.front() == '-') {
      std::int64_t number = 0;
      if (std::from_chars(begin, end, number).ec == std::errc()) return number;
    } else {
      std::uint64_t number = 0;
      if (std::from_chars(begin, end, number).ec == std::errc()) return number;
    }
  }
  double number = 0;
  if (std::from_chars(begin, end, number).ec != std::errc()) {
    // Too large, or so small that it is nearly nothing.
    number = std::strtod(std::string(text).c_str(), nullptr);
  }
  if (!std::isfinite(number)) return nlohmann::json::value_t::discarded;
  return number;
}

}  // namespace weir
