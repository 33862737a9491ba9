#include "weir/http/url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/text.hpp"
#include "http/bytes.hpp"

namespace weir::http {

namespace {

/// Bytes of a URL that an error shows.
constexpr std::size_t most_shown = 80;

Error mistake(std::string_view what, std::string_view text) {
  return Error{std::string(what) + ": " + text::quoted(text, most_shown)};
}

std::uint16_t usual_port(std::string_view scheme) {
  return scheme == "https" || scheme == "wss" ? 443 : 80;
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), bytes::lower);
  return small;
}

/// Bytes of the scheme in front, without its colon; nothing where there is none (RFC 3986, 3.1).
std::optional<std::size_t> scheme_size(std::string_view text) {
  if (text.empty() || !bytes::is_letter(text.front())) return std::nullopt;
  const auto end = std::ranges::find_if(text, [](char byte) {
    return !bytes::is_letter(byte) && !bytes::is_digit(byte) && !bytes::is_one_of("+-.", byte);
  });
  if (end == text.end() || *end != ':') return std::nullopt;
  return static_cast<std::size_t>(end - text.begin());
}

std::string_view without_fragment(std::string_view text) { return text.substr(0, text.find('#')); }

bool is_target(std::string_view text) {
  return bytes::all(bytes::target, text) && text.find('\\') == std::string_view::npos;
}

/// RFC 3986, section 5.2.4, of a path that begins with "/". Escapes stay as they are.
std::string without_dots(std::string_view path) {
  std::string made;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    path.remove_prefix(end);
    const bool dot = segment == ".";
    const bool up = segment == "..";
    if (up) made.resize(made.empty() ? 0 : made.rfind('/'));
    if (!dot && !up) made.append("/").append(segment);
    if ((dot || up) && path.empty()) made += '/';
  }
  return made;
}

/// Path and query, the path without its dots.
std::string make_target(std::string_view path, std::string_view query) {
  std::string made = path.empty() ? "/" : without_dots(path);
  return made.append(query);
}

bool is_registered_name(std::string_view host) {
  return !host.empty() &&
         std::ranges::all_of(host, [](char byte) { return bytes::is(bytes::unreserved, byte); });
}

weir::Status take_authority(std::string_view authority, Url& url, std::string_view whole) {
  if (authority.find('@') != std::string_view::npos) {
    // Not shown: what stands there may be a password.
    return Error{"URL with user information; send an Authorization header instead"};
  }
  std::string_view host;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return mistake("URL with a host that is none", whole);
    host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    const bool address =
        host.find(':') != std::string_view::npos && std::ranges::all_of(host, [](char byte) {
          return bytes::is(bytes::hex_digit, byte) || byte == ':' || byte == '.';
        });
    if (!address) return mistake("URL with a host that is none", whole);
  } else {
    host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(host.size());
    if (!is_registered_name(host)) return mistake("URL with a host that is none", whole);
  }
  url.host = lower(host);
  url.port = usual_port(url.scheme);
  if (authority.empty() || authority == ":") return {};
  const char* const end = authority.data() + authority.size();
  const auto read = std::from_chars(authority.data() + 1, end, url.port);
  const bool number = authority.front() == ':' && read.ec == std::errc() && read.ptr == end;
  if (!number || url.port == 0) return mistake("URL with a port that is none", whole);
  return {};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > max_size) {
    return Error{"URL of " + std::to_string(text.size()) + " bytes, the limit is " +
                 std::to_string(max_size)};
  }
  const auto size = scheme_size(text);
  if (!size) return mistake("URL without a scheme, such as http://", text);
  Url url;
  url.scheme = lower(text.substr(0, *size));
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss") {
    return mistake("URL of a scheme that is not spoken here", text);
  }
  std::string_view rest = without_fragment(text.substr(*size + 1));
  if (!rest.starts_with("//")) return mistake("URL without a host", text);
  rest.remove_prefix(2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  if (auto taken = take_authority(authority, url, text); !taken.ok()) return taken.error();
  if (!is_target(rest)) return mistake("URL with bytes that must be escaped", text);
  const std::string_view path = rest.substr(0, rest.find('?'));
  url.target = make_target(path, rest.substr(path.size()));
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  if (reference.size() > max_size) return parse(reference);
  if (scheme_size(reference)) return parse(reference);
  if (reference.starts_with("//")) return parse(scheme + ":" + std::string(reference));
  const std::string_view rest = without_fragment(reference);
  if (!is_target(rest)) return mistake("URL with bytes that must be escaped", reference);
  Url url = *this;
  if (rest.empty()) return url;
  const std::string_view base = std::string_view(target).substr(0, target.find('?'));
  const std::string_view path = rest.substr(0, rest.find('?'));
  const std::string_view query = rest.substr(path.size());
  if (path.empty()) {
    url.target = make_target(base, query);
  } else if (path.starts_with('/')) {
    url.target = make_target(path, query);
  } else {
    url.target = make_target(std::string(base.substr(0, base.rfind('/') + 1)).append(path), query);
  }
  if (url.target.size() > max_size) return mistake("URL that is too long", url.target);
  return url;
}

std::string Url::authority() const {
  const bool address = host.find(':') != std::string::npos;
  std::string made = address ? "[" + host + "]" : host;
  if (port != usual_port(scheme)) made += ":" + std::to_string(port);
  return made;
}

std::string Url::origin() const {
  const bool address = host.find(':') != std::string::npos;
  return scheme + "://" + (address ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Url::to_string() const { return scheme + "://" + authority() + target; }

}  // namespace weir::http
