#include "weir/web/request.hpp"

#include <ctime>
#include <stdexcept>

#include "weir/http/conditions.hpp"
#include "weir/http/date.hpp"
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

Response conditional(const Request& request, Response response) {
  if (response.status != Status::ok) return response;
  const std::int64_t now = std::time(nullptr);
  Validators current;
  for (const auto& [name, value] : response.headers) {
    if (same_name(name, "ETag")) current.tag = parse_entity_tag(value);
    if (same_name(name, "Last-Modified")) current.modified = parse_date(value, now);
  }
  switch (evaluate(request.method(), request.head().headers, current, now)) {
    case Condition::proceed:
      break;
    case Condition::not_modified:
      response.status = Status::not_modified;
      response.content_type.clear();
      response.body.clear();
      response.file.reset();
      break;
    case Condition::precondition_failed:
      return text("precondition failed\n", Status::precondition_failed);
  }
  return response;
}

}  // namespace weir::http
