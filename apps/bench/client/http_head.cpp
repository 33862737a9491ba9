#include "client/http_head.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::string_view line_end = "\r\n";

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

std::optional<std::size_t> http_head_size(std::string_view text) {
  static constexpr std::string_view end = "\r\n\r\n";
  const auto at = text.substr(0, longest_http_head).find(end);
  if (at != std::string_view::npos) return at + end.size();
  if (text.size() >= longest_http_head) {
    throw Failure("the head of an answer is longer than " + std::to_string(longest_http_head) +
                  " bytes");
  }
  return std::nullopt;
}

unsigned http_status(std::string_view head) {
  static constexpr std::string_view version = "HTTP/1.1 ";
  static constexpr std::size_t digits = 3;
  unsigned status = 0;
  if (!head.starts_with(version)) return 0;
  head = head.substr(version.size(), digits + 1);
  const auto parsed = std::from_chars(head.data(), head.data() + head.size(), status);
  return parsed.ptr == head.data() + digits ? status : 0;  // four of them are none
}

std::optional<std::string_view> http_field(std::string_view head, std::string_view name) {
  for (auto at = head.find(line_end); at != std::string_view::npos; at = head.find(line_end)) {
    head.remove_prefix(at + line_end.size());
    if (head.size() > name.size() && head[name.size()] == ':' &&
        equals_ignoring_case(head.substr(0, name.size()), name)) {
      return trimmed(head.substr(name.size() + 1, head.find(line_end) - name.size() - 1));
    }
  }
  return std::nullopt;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace weir::bench
