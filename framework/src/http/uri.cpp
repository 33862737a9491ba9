#include "weir/http/uri.hpp"

#include <cstddef>

#include "http/bytes.hpp"

namespace weir::http {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

/// The byte of the escape that `text` begins with; nullopt for none, and for NUL.
std::optional<char> escape_of(std::string_view text) {
  if (text.size() < 3 || !bytes::all(bytes::hex_digit, text.substr(1, 2))) return std::nullopt;
  const unsigned code = bytes::hex_value(text[1]) << 4 | bytes::hex_value(text[2]);
  if (code == 0) return std::nullopt;
  return static_cast<char>(code);
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char byte = text[at];
    if (byte == '%') {
      const auto escaped = escape_of(text.substr(at));
      if (!escaped.has_value()) return std::nullopt;
      byte = *escaped;
      at += 2;
    } else if (byte == '+' && plus_is_blank) {
      byte = ' ';
    }
    decoded.push_back(byte);
  }
  return decoded;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::optional<std::string> form_decode(std::string_view text) { return decode(text, true); }

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char byte : text) {
    if (bytes::is(bytes::unreserved, byte)) {
      encoded.push_back(byte);
      continue;
    }
    const auto code = static_cast<unsigned char>(byte);
    encoded.push_back('%');
    encoded.push_back(hex_digits[code >> 4]);
    encoded.push_back(hex_digits[code & 15]);
  }
  return encoded;
}

std::optional<std::string> normal_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::string normal;
  normal.reserve(path.size());
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view escaped = rest.substr(0, rest.find('/'));
    rest.remove_prefix(escaped.size());
    const auto segment = percent_decode(escaped);
    if (!segment.has_value() ||
        segment->find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      return std::nullopt;
    }
    if (*segment == "..") {
      if (normal.empty()) return std::nullopt;
      normal.erase(normal.rfind('/'));
    }
    if (*segment != "." && *segment != "..") {
      normal.append("/").append(*segment);
    } else if (rest.empty()) {
      normal.append("/");
    }
  }
  return normal;
}

std::optional<QueryReader::Part> QueryReader::next() {
  while (!rest_.empty()) {
    const std::string_view part = rest_.substr(0, rest_.find('&'));
    rest_.remove_prefix(part.size() == rest_.size() ? part.size() : part.size() + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return Part{part, {}};
    return Part{part.substr(0, equals), part.substr(equals + 1)};
  }
  return std::nullopt;
}

}  // namespace weir::http
