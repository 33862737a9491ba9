#include <algorithm>

#include "weir/http/request_parser.hpp"
#include "weir/http/tokens.hpp"
#include "weir/web/serve.hpp"

namespace weir::http {

// "GET / HTTP/1.1": a token, a blank, whatever has no control byte, a blank, the version. A client
// of another protocol of lines may begin with two words, so it is the version that tells.
Recognized recognize(std::string_view first) {
  constexpr std::string_view version = " HTTP/1.";
  // RFC 9112, section 2.2: an empty line before the request line is passed over.
  if (first.front() == '\r') {
    if (first.size() >= 2 && first[1] != '\n') return Recognized::no;
    if (first.size() <= 2) return Recognized::perhaps;
    first.remove_prefix(2);
  }
  const std::size_t method = first.find(' ');
  const std::string_view begun = first.substr(0, method);
  if (begun.empty() || begun.size() > RequestParser::max_method || !is_token(begun)) {
    return Recognized::no;
  }
  if (method == std::string_view::npos) return Recognized::perhaps;
  const std::size_t end = std::min(first.find('\n'), first.size());
  std::string_view line = first.substr(0, end);
  const bool control = std::any_of(line.begin(), line.end(), [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 && byte != '\r';
  });
  if (control) return Recognized::no;
  if (end == first.size()) return Recognized::perhaps;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < version.size() + 1) return Recognized::no;
  const bool says_so = line.substr(line.size() - version.size() - 1).starts_with(version);
  return says_so ? Recognized::yes : Recognized::no;
}

}  // namespace weir::http
