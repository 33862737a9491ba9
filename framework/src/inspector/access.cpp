#include "inspector/access.hpp"

#include <algorithm>

#include "weir/core/endpoint.hpp"
#include "weir/http/headers.hpp"

namespace weir::inspect {

bool same_secret(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned int different = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    // Through a volatile, or the loop might end at the first difference.
    const volatile unsigned int difference =
        static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
    different |= difference;
  }
  return different == 0;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() <= scheme.size()) return {};
  if (!http::same_name(authorization.substr(0, scheme.size()), scheme)) return {};
  authorization.remove_prefix(scheme.size());
  const auto first = authorization.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : authorization.substr(first);
}

bool host_allowed(std::string_view host, std::span<const std::string> names) {
  std::string name;
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return false;
    name = host.substr(1, end - 1);
    host.remove_prefix(end + 1);
  } else {
    const auto end = std::min(host.find(':'), host.size());
    name = host.substr(0, end);
    host.remove_prefix(end);
  }
  if (!host.empty()) {
    const std::string_view port = host.substr(1);
    const bool digits = port.find_first_not_of("0123456789") == std::string_view::npos;
    if (host.front() != ':' || !digits) return false;
  }
  if (name.empty()) return false;
  const auto same = [&name](std::string_view other) { return http::same_name(name, other); };
  return is_numeric_host(name) || same("localhost") ||
         std::any_of(names.begin(), names.end(), same);
}

bool may_change(const Sender& sender) {
  if (!sender.origin.empty()) {
    const bool ours = sender.origin == "http://" + std::string(sender.host) ||
                      sender.origin == "https://" + std::string(sender.host);
    if (!ours) return false;
  }
  const std::string_view site = sender.fetch_site;
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  return !sender.origin.empty() || site == "same-origin" || !sender.marker.empty();
}

}  // namespace weir::inspect
