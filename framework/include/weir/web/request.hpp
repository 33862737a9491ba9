// Request: an HTTP request, as a handler sees it. Layer: web.
// Lent: it and the views that it gives are good until the handler returns, or, where the handler is
// a coroutine or runs on a pool, until that has ended. Not to be kept beyond.
//
//     routes.get("/users/{id}", [](const weir::http::Request& request) {
//       return "user " + request.parameter("id");
//     });
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/http/request_head.hpp"
#include "weir/web/exchange.hpp"
#include "weir/web/response.hpp"

namespace weir::http {

class Request {
 public:
  explicit Request(Exchange& exchange) : exchange_(&exchange) {}

  [[nodiscard]] const RequestHead& head() const { return exchange_->head(); }
  [[nodiscard]] std::string_view method() const { return head().method; }
  /// Not decoded.
  [[nodiscard]] std::string_view path() const { return head().path; }
  /// Not decoded.
  [[nodiscard]] std::string_view query() const { return head().query; }
  /// The first of that name; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    return head().headers.value(name);
  }
  [[nodiscard]] std::string_view body() const { return exchange_->payload(); }

  /// What the path brought for `{name}` of the route, decoded. Throws std::invalid_argument where
  /// the route has no such name, and a Refusal (400) where it is not encoded rightly.
  [[nodiscard]] std::string parameter(std::string_view name) const;
  /// The value of the first `name=value` of the query, decoded, '+' as a space; nullopt without
  /// one. Throws a Refusal (400) where it is not encoded rightly.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;

  [[nodiscard]] Session& session() const { return exchange_->session(); }

 private:
  Exchange* exchange_;
};

/// `response`, which is to answer `request`, unless the request's conditions say otherwise of the
/// ETag and the Last-Modified among its headers (RFC 9110, section 13): then 304, with the same
/// headers and no body, or 412. Of any status but 200 it is `response` as it is.
///
///     return weir::http::conditional(request, weir::http::html(page).with("ETag", "\"v7\""));
[[nodiscard]] Response conditional(const Request& request, Response response);

}  // namespace weir::http
