#include "weir/framing/content_length.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>

#include "framing/words.hpp"

namespace weir {

namespace {

constexpr std::string_view length_name = "Content-Length";
constexpr std::string_view type_name = "Content-Type";
constexpr std::string_view between = ": ";
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t most_digits = std::numeric_limits<std::size_t>::digits10 + 1;
constexpr std::size_t own_head =
    length_name.size() + between.size() + most_digits + end_of_head.size();

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte; }

/// What a name is made of: RFC 9110, section 5.6.2.
bool is_token(char byte) {
  const char letter = lower(byte);
  return (letter >= 'a' && letter <= 'z') || is_digit(byte) ||
         (byte != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos);
}

/// What a value is made of: ASCII that can be seen, and blanks.
bool is_text(char byte) { return (byte >= 0x20 && byte < 0x7f) || byte == '\t'; }

bool is_same_name(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes a token, or what stands in double quotes, off the front of `text`. Answers it without the
/// quotes; empty when there is none. An escape in quotes is left as it is: no charset has one.
std::string_view take_value(std::string_view& text) {
  std::size_t size = 0;
  if (!text.starts_with('"')) {
    while (size < text.size() && is_token(text[size])) ++size;
    const std::string_view token = text.substr(0, size);
    text.remove_prefix(size);
    return token;
  }
  for (size = 1; size < text.size() && text[size] != '"'; ++size) {
    if (text[size] == '\\') ++size;
  }
  if (size >= text.size()) return {};
  const std::string_view inside = text.substr(1, size - 1);
  text.remove_prefix(size + 1);
  return inside;
}

/// What is wrong with the value of Content-Type (RFC 9110, section 8.3.1); nullptr when nothing is.
/// Of the type itself nothing is asked: what the content is, the handler knows.
const char* mistake_of_type(std::string_view value) {
  constexpr const char* no_parameter = "Content-Type with a parameter that is none";
  const std::size_t type = std::min(value.find(';'), value.size());
  bool known = false;
  for (std::string_view rest = value.substr(type); !rest.empty(); rest = trimmed(rest)) {
    if (!rest.starts_with(';')) return no_parameter;
    rest = trimmed(rest.substr(1));
    if (rest.empty() || rest.starts_with(';')) continue;
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return no_parameter;
    const std::string_view name = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    const std::string_view argument = take_value(rest);
    if (name.empty() || argument.empty() || !std::all_of(name.begin(), name.end(), is_token)) {
      return no_parameter;
    }
    if (!is_same_name(name, "charset")) continue;
    if (known) return "Content-Type with two charsets";
    known = true;
    if (!is_same_name(argument, "utf-8") && !is_same_name(argument, "utf8")) {
      return "charset that is not utf-8";
    }
  }
  return nullptr;
}

}  // namespace

ContentLengthFraming::ContentLengthFraming(ContentLengthOptions options)
    : limit_(options.max), max_head_(std::min(options.max_head, FrameLimit::largest)) {
  if (options.max_head < own_head) {
    throw std::invalid_argument("weir::content_length: a head of " +
                                framing_words::bytes(options.max_head) + ", it takes " +
                                std::to_string(own_head) + " or more");
  }
}

Decoded ContentLengthFraming::decode(std::string_view input) {
  if (head_.place != Place::content) {
    if (auto mistake = read_head(input.substr(0, max_head_))) {
      head_ = {};
      return std::move(*mistake);
    }
    if (head_.place != Place::content) return Decoded::need(input.size() + 1);
  }
  const std::size_t begin = head_.scanned;
  const std::size_t length = head_.length;
  if (input.size() - begin < length) return Decoded::need(begin + length);
  head_ = {};
  return Decoded::frame(input.substr(begin, length), begin + length);
}

std::optional<Decoded> ContentLengthFraming::read_head(std::string_view window) {
  while (head_.scanned < window.size() && head_.place != Place::content) {
    if (auto mistake = step(window)) return mistake;
    ++head_.scanned;
  }
  if (window.size() == max_head_ && head_.place != Place::content) {
    return Decoded::malformed("head of more than " + framing_words::bytes(max_head_));
  }
  return std::nullopt;
}

std::optional<Decoded> ContentLengthFraming::step(std::string_view window) {
  const char byte = window[head_.scanned];
  switch (head_.place) {
    case Place::name:
      if (is_token(byte)) return std::nullopt;
      if (byte == '\r' && head_.scanned == head_.line) {
        head_.place = Place::end_of_head;
        return std::nullopt;
      }
      if (byte != ':' || head_.scanned == head_.line) {
        return Decoded::malformed("no name of a header field");
      }
      if (head_.fields == max_fields) {
        return Decoded::malformed("more than " + std::to_string(max_fields) + " header fields");
      }
      ++head_.fields;
      head_.place = Place::value;
      return std::nullopt;
    case Place::value:
      if (byte == '\r') {
        head_.place = Place::end_of_field;
      } else if (!is_text(byte)) {
        return Decoded::malformed(byte == '\n' ? "header field that ends with LF alone"
                                               : "header field with a byte that is not text");
      }
      return std::nullopt;
    case Place::end_of_field: {
      if (byte != '\n') return Decoded::malformed("CR without LF in the head");
      const std::string_view line = window.substr(head_.line, head_.scanned - 1 - head_.line);
      head_.line = head_.scanned + 1;
      head_.place = Place::name;
      return take_field(line);
    }
    case Place::end_of_head:
      if (byte != '\n') return Decoded::malformed("CR without LF in the head");
      if (!head_.has_length) return Decoded::malformed("head without Content-Length");
      head_.place = Place::content;
      return std::nullopt;
    case Place::content:
      break;
  }
  return std::nullopt;
}

std::optional<Decoded> ContentLengthFraming::take_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (is_same_name(name, length_name)) return take_length(value);
  if (is_same_name(name, type_name)) {
    if (head_.has_type) return Decoded::malformed("Content-Type given twice");
    head_.has_type = true;
    if (const char* mistake = mistake_of_type(value)) return Decoded::malformed(mistake);
  }
  return std::nullopt;
}

std::optional<Decoded> ContentLengthFraming::take_length(std::string_view value) {
  if (head_.has_length) return Decoded::malformed("Content-Length given twice");
  head_.has_length = true;
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) {
    return Decoded::malformed("Content-Length that is no number");
  }
  const auto result = std::from_chars(value.data(), value.data() + value.size(), head_.length);
  if (result.ec == std::errc::result_out_of_range) return Decoded::endless(limit_.max());
  if (head_.length > limit_.max()) return Decoded::too_large(head_.length, limit_.max());
  return std::nullopt;
}

Status ContentLengthFraming::encode(std::string_view message, Buffer& output) const {
  if (message.size() > limit_.max()) {
    return framing_words::over_limit(message.size(), limit_.max());
  }
  std::array<char, own_head> head;
  char* end = std::copy(length_name.begin(), length_name.end(), head.data());
  end = std::copy(between.begin(), between.end(), end);
  end = std::to_chars(end, end + most_digits, message.size()).ptr;
  end = std::copy(end_of_head.begin(), end_of_head.end(), end);
  output.append({head.data(), static_cast<std::size_t>(end - head.data())});
  output.append(message);
  return {};
}

}  // namespace weir
