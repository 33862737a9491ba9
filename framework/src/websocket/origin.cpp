#include <algorithm>
#include <stdexcept>

#include "websocket/header_list.hpp"
#include "weir/websocket/handshake.hpp"

namespace weir::websocket {

namespace {

constexpr std::string_view plain = "http";
constexpr std::string_view secured = "https";

bool is_port(std::string_view port) {
  return !port.empty() && port.size() <= 5 &&
         port.find_first_not_of("0123456789") == std::string_view::npos &&
         (port == "0" || port.front() != '0');
}

bool is_host(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    return host.size() > 2 && host.back() == ']' &&
           host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
  }
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
           letter == '.' || letter == '_';
  };
  return !host.empty() && std::all_of(host.begin(), host.end(), allowed);
}

/// `scheme://host:port`, of a scheme and what a Host or an Origin says behind it; empty when that
/// is no host.
std::string normal_form(std::string_view scheme, std::string_view authority) {
  std::string host = lower(authority);
  std::string port(scheme == secured ? "443" : "80");
  const std::size_t colon = host.rfind(':');
  // The colons of an IPv6 address stand in brackets.
  if (colon != std::string::npos && host.back() != ']') {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  if (!is_host(host) || !is_port(port)) return {};
  return std::string(scheme) + "://" + host + ":" + port;
}

/// Of an origin with one of the two schemes that pages have; empty for anything else, as `null`.
std::string normal_origin(std::string_view origin) {
  const std::size_t mark = origin.find("://");
  if (mark == std::string_view::npos) return {};
  const std::string scheme = lower(origin.substr(0, mark));
  if (scheme != plain && scheme != secured) return {};
  return normal_form(scheme, origin.substr(mark + 3));
}

}  // namespace

OriginPolicy OriginPolicy::only(const std::vector<std::string>& origins) {
  OriginPolicy policy;
  policy.kind_ = Kind::listed;
  for (const std::string& origin : origins) {
    policy.origins_.push_back(normal_origin(origin));
    if (policy.origins_.back().empty()) {
      throw std::invalid_argument("weir::websocket::OriginPolicy: \"" + origin +
                                  "\" is no origin, one looks like https://example.org");
    }
  }
  return policy;
}

OriginPolicy OriginPolicy::any() {
  OriginPolicy policy;
  policy.kind_ = Kind::any;
  return policy;
}

bool OriginPolicy::allows(std::string_view origin, std::string_view host, bool secure) const {
  if (kind_ == Kind::any || origin.empty()) return true;
  const std::string from = normal_origin(origin);
  if (from.empty()) return false;
  if (kind_ == Kind::same) {
    return from == normal_form(secured, host) || (!secure && from == normal_form(plain, host));
  }
  return std::find(origins_.begin(), origins_.end(), from) != origins_.end();
}

}  // namespace weir::websocket
