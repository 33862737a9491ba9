#include "weir/framing/parse.hpp"

#include <charconv>
#include <string>

#include "core/text.hpp"
#include "framing/words.hpp"

namespace weir {

namespace {

Error wrong(std::string_view text, std::string_view reason, std::string_view right) {
  std::string message = "framing '" + text::printable(text, 100) + "': ";
  message.append(reason).append("; expected ").append(right);
  return Error{std::move(message)};
}

/// The words of "name:word:word", one after the other.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return done_; }
  std::string_view next() {
    const std::size_t colon = rest_.find(':');
    const std::string_view word = rest_.substr(0, colon);
    done_ = colon == std::string_view::npos;
    rest_ = done_ ? std::string_view() : rest_.substr(colon + 1);
    return word;
  }
  /// All that is left, colons and all.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool done_ = false;
};

Result<AnyFraming> parse_lines(std::string_view text, Words words) {
  if (words.done()) return AnyFraming(lines());
  if (words.rest() == "crlf") return AnyFraming(lines({.crlf = true}));
  return wrong(text, "lines take nothing but crlf", "lines or lines:crlf");
}

Result<AnyFraming> parse_fixed(std::string_view text, Words words) {
  constexpr std::string_view right = "fixed:N, such as fixed:16";
  const std::string_view number = words.rest();
  if (number.empty()) return wrong(text, "the size is missing", right);
  std::size_t size = 0;
  const char* end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, size);
  if (error == std::errc::result_out_of_range) return wrong(text, "the size is too big", right);
  if (error != std::errc() || stopped != end) return wrong(text, "the size is no number", right);
  if (size == 0) return wrong(text, "the size is 0", right);
  return AnyFraming(fixed(size));
}

Result<AnyFraming> parse_length(std::string_view text, Words words) {
  constexpr std::string_view right =
      "length:1|2|4|8 with :little or :self behind it, or length:varint";
  if (words.done()) return wrong(text, "the size of the length is missing", right);
  LengthPrefixOptions options;
  const std::string_view size = words.next();
  if (size == "varint") {
    options.varint = true;
  } else if (size.size() == 1 && std::string_view("1248").find(size) != std::string_view::npos) {
    options.bytes = static_cast<std::size_t>(size[0] - '0');
  } else {
    return wrong(text, "a length has 1, 2, 4 or 8 bytes, or is a varint", right);
  }
  while (!words.done()) {
    const std::string_view word = words.next();
    if (options.varint) return wrong(text, "a varint takes nothing behind it", right);
    if (word == "little" && options.order == ByteOrder::big) {
      options.order = ByteOrder::little;
    } else if (word == "self" && !options.counts_itself) {
      options.counts_itself = true;
    } else {
      const bool known = word == "little" || word == "self";
      return wrong(text,
                   "'" + text::printable(word, 16) +
                       (known ? "' stands there twice" : "' is unknown behind a length"),
                   right);
    }
  }
  return AnyFraming(length_prefix(options));
}

/// The value of `digit` in `base`, or -1.
int digit_value(char digit, int base) {
  int value = -1;
  if (digit >= '0' && digit <= '9') value = digit - '0';
  if (digit >= 'a' && digit <= 'f') value = digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') value = digit - 'A' + 10;
  return value < base ? value : -1;
}

/// Takes up to `most` digits off `text`; -1 when there is none.
int take_number(std::string_view& text, int base, int most) {
  int number = -1;
  for (; most > 0 && !text.empty(); --most) {
    const int value = digit_value(text.front(), base);
    if (value < 0) break;
    number = (number < 0 ? 0 : number * base) + value;
    text.remove_prefix(1);
  }
  return number;
}

/// Takes what follows a backslash off `text` and answers the byte it means, or -1.
int take_escape(std::string_view& text) {
  constexpr std::string_view names = "abfnrtv\\\"'?";
  constexpr std::string_view bytes = "\a\b\f\n\r\t\v\\\"'?";
  if (text.empty()) return -1;
  if (text.front() == 'x') {
    text.remove_prefix(1);
    return take_number(text, 16, 2);
  }
  if (digit_value(text.front(), 8) >= 0) {
    const int number = take_number(text, 8, 3);
    return number <= 0xff ? number : -1;
  }
  const std::size_t at = names.find(text.front());
  if (at == std::string_view::npos) return -1;
  text.remove_prefix(1);
  return static_cast<unsigned char>(bytes[at]);
}

Result<AnyFraming> parse_delimiter(std::string_view text, Words words) {
  constexpr std::string_view right =
      "delimiter:TEXT, such as delimiter:\\r\\n\\r\\n or delimiter:\\x00";
  std::string bytes;
  for (std::string_view rest = words.rest(); !rest.empty();) {
    const char byte = rest.front();
    rest.remove_prefix(1);
    if (byte != '\\') {
      bytes.push_back(byte);
      continue;
    }
    const std::string_view escape = rest;
    const int value = take_escape(rest);
    if (value < 0) {
      return wrong(text,
                   escape.empty()
                       ? std::string("a backslash stands at the end")
                       : "cannot read the escape \\" + text::printable(escape.substr(0, 1), 1),
                   right);
    }
    bytes.push_back(static_cast<char>(value));
  }
  if (bytes.empty()) return wrong(text, "the delimiter is empty", right);
  return AnyFraming(delimiter(bytes));
}

}  // namespace

Result<AnyFraming> parse_framing(std::string_view text) {
  Words words(text);
  const std::string_view name = words.next();
  if (name == "lines") return parse_lines(text, words);
  if (name == "fixed") return parse_fixed(text, words);
  if (name == "length") return parse_length(text, words);
  if (name == "delimiter") return parse_delimiter(text, words);
  constexpr std::string_view known =
      "raw, lines, fixed:N, length:1|2|4|8, length:varint, headers or delimiter:TEXT";
  if (name != "raw" && name != "headers") return wrong(text, "unknown framing", known);
  if (!words.done()) return wrong(text, std::string(name) + " takes nothing behind it", name);
  return name == "raw" ? AnyFraming(raw()) : AnyFraming(content_length());
}

}  // namespace weir
