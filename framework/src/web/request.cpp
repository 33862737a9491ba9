#include "weir/web/request.hpp"

#include <stdexcept>

#include "weir/http/uri.hpp"
#include "weir/session/failure.hpp"

namespace weir::http {

namespace {

std::string checked(std::optional<std::string> decoded) {
  if (decoded) return *std::move(decoded);
  throw Refusal("the address is not percent-encoded rightly", code_of(Status::bad_request));
}

}  // namespace

std::string Request::parameter(std::string_view name) const {
  const RouteMatch& match = exchange_->match();
  for (std::size_t i = 0; i < match.capture_count; ++i) {
    const Capture& each = match.captures[i];
    if (each.name == name) return checked(percent_decode(exchange_->captured(each)));
  }
  throw std::invalid_argument("the route has no '{" + std::string(name) + "}'");
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  QueryReader parts(query());
  while (const auto part = parts.next()) {
    if (checked(form_decode(part->name)) == name) return checked(form_decode(part->value));
  }
  return std::nullopt;
}

}  // namespace weir::http
