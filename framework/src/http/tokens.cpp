#include "weir/http/tokens.hpp"

#include <cstddef>

#include "http/bytes.hpp"
#include "weir/http/headers.hpp"

namespace weir::http {

namespace {

/// How many bytes of `text` are before `separator`, one in a quoted string not counted.
std::size_t size_before(std::string_view text, char separator) {
  bool inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (inside && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      inside = !inside;
    } else if (!inside && text[at] == separator) {
      return at;
    }
  }
  return text.size();
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && bytes::all(bytes::token, text); }

std::string_view trim(std::string_view text) { return bytes::trimmed(text); }

std::optional<std::string_view> ListReader::next() {
  while (!rest_.empty()) {
    const std::size_t size = size_before(rest_, separator_);
    const std::string_view element = trim(rest_.substr(0, size));
    rest_.remove_prefix(size == rest_.size() ? size : size + 1);
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

bool list_has(std::string_view list, std::string_view token) {
  ListReader reader(list);
  while (const auto element = reader.next()) {
    if (same_name(*element, token)) return true;
  }
  return false;
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return std::nullopt;
    if (text[at] == '\\' && ++at == text.size()) return std::nullopt;
    if (!bytes::is(bytes::value, text[at])) return std::nullopt;
    plain.push_back(text[at]);
  }
  return plain;
}

std::optional<std::string> quoted(std::string_view text) {
  if (!bytes::all(bytes::value, text)) return std::nullopt;
  std::string result = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') result.push_back('\\');
    result.push_back(byte);
  }
  result.push_back('"');
  return result;
}

std::optional<std::string_view> parameter(std::string_view text, std::string_view name) {
  text.remove_prefix(size_before(text, ';'));
  ListReader reader(text, ';');
  while (const auto part = reader.next()) {
    const std::size_t equals = part->find('=');
    if (equals == std::string_view::npos || !same_name(part->substr(0, equals), name)) continue;
    return part->substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace weir::http
