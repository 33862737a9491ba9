#include "http/authority.hpp"

#include <cstddef>

#include "http/bytes.hpp"

namespace weir::http {

namespace {

constexpr std::size_t no_host = std::string_view::npos;

/// How many bytes of the front are the host; no_host when they are none. That what stands in
/// brackets is an address, its resolver will say: here it only has to be of an address's bytes.
std::size_t size_of_host(std::string_view text) {
  if (text.starts_with('[')) {
    std::size_t end = 1;
    while (end < text.size() &&
           (bytes::is(bytes::hex_digit, text[end]) || text[end] == ':' || text[end] == '.')) {
      ++end;
    }
    return end > 2 && end < text.size() && text[end] == ']' ? end + 1 : no_host;
  }
  const char* const stop = text.data() + text.size();
  for (const char* at = text.data();; at += 3) {
    at = bytes::skip(bytes::host, at, stop);
    if (at == stop || *at != '%') return static_cast<std::size_t>(at - text.data());
    if (stop - at < 3 || !bytes::all(bytes::hex_digit, {at + 1, 2})) return no_host;
  }
}

/// Of what is behind the host. A port may be empty (RFC 3986, section 3.2.3).
bool is_end(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ':' || text.size() > 6) return false;
  unsigned port = 0;
  for (const char byte : text.substr(1)) {
    if (!bytes::is_digit(byte)) return false;
    port = port * 10 + static_cast<unsigned>(byte - '0');
  }
  return port <= 65'535;
}

}  // namespace

bool is_host(std::string_view text) {
  const std::size_t size = size_of_host(text);
  return size != no_host && is_end(text.substr(size)) && (size > 0 || text.empty());
}

bool is_authority(std::string_view text) { return !text.empty() && is_host(text); }

bool is_host_and_port(std::string_view text) {
  const std::size_t size = size_of_host(text);
  return size != no_host && size > 0 && text.size() > size + 1 && is_end(text.substr(size));
}

}  // namespace weir::http
