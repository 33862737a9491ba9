#include "weir/web/request.hpp"

#include <stdexcept>

#include "web/percent.hpp"
#include "weir/session/failure.hpp"

namespace weir::http {

namespace {

std::string decoded(std::string_view text, bool form) {
  std::string result;
  if (percent_decode(text, result, form)) return result;
  throw Refusal("the address is not percent-encoded rightly", code_of(Status::bad_request));
}

}  // namespace

std::string Request::parameter(std::string_view name) const {
  const RouteMatch& match = exchange_->match();
  for (std::size_t i = 0; i < match.capture_count; ++i) {
    const Capture& each = match.captures[i];
    if (each.name == name) return decoded(exchange_->captured(each), false);
  }
  throw std::invalid_argument("the route has no '{" + std::string(name) + "}'");
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  for (std::string_view rest = query(); !rest.empty();) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (decoded(pair.substr(0, equals), true) != name) continue;
    return decoded(pair.substr(std::min(equals + 1, pair.size())), true);
  }
  return std::nullopt;
}

}  // namespace weir::http
