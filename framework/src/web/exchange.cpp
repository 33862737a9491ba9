#include "weir/web/exchange.hpp"

#include <array>
#include <utility>
#include <vector>

#include "web/incoming_body.hpp"
#include "weir/http/headers.hpp"
#include "weir/web/response_stream.hpp"

namespace weir::http {

namespace {

/// What a failure is in HTTP's words.
Status status_of(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::invalid_request:
    case FailureKind::invalid_arguments:
      return Status::bad_request;
    case FailureKind::not_found:
      return Status::not_found;
    case FailureKind::unauthenticated:
      return Status::unauthorized;
    case FailureKind::rate_limited:
      return Status::too_many_requests;
    case FailureKind::overloaded:
    case FailureKind::timed_out:
      return Status::service_unavailable;
    case FailureKind::refused:
      // The handler's own number, where it is one of HTTP's errors.
      return failure.code >= 400 && failure.code <= 599 ? static_cast<Status>(failure.code)
                                                        : Status::bad_request;
    default:
      return Status::internal_server_error;
  }
}

/// Refers to `headers`, which it fills.
LentResponse lent(const Response& response, std::vector<Header>& headers) {
  headers.reserve(response.headers.size());
  for (const auto& [name, value] : response.headers) headers.push_back({name, value});
  return {.status = response.status,
          .content_type = response.content_type,
          .headers = headers,
          .body = response.body,
          .file = response.file ? &*response.file : nullptr,
          .close = response.close,
          .upgrade = response.upgrade,
          .compress = response.compress};
}

}  // namespace

void Exchange::begin_request(const RequestHead& head) {
  head_ = &head;
  match_.kind = RouteMatch::Kind::no_path;
  match_.capture_count = 0;
}

void Exchange::begin_call(std::string_view body, TimePoint deadline, bool follows) {
  Context::begin(body, deadline, follows);
}

void Exchange::keep_head() {
  if (kept_ == nullptr) kept_ = std::make_unique<Kept>();
  if (head_ == &kept_->head) return;
  kept_->head = *head_;
  kept_->head.keep_in(kept_->bytes);
  head_ = &kept_->head;
}

void Exchange::keep() {
  keep_head();
  Call::keep();
}

void Exchange::write(const Response& response) {
  std::vector<Header> headers;
  owner_.write_response(*this, lent(response, headers));
}

bool Exchange::respond(const LentResponse& response) {
  return reply_by([&] { owner_.write_response(*this, response); });
}

void Exchange::begin_stream(const Response& head, StreamOptions options) {
  std::vector<Header> headers;
  owner_.begin_stream(*this, lent(head, headers), std::move(options));
}

std::shared_ptr<IncomingBody> Exchange::incoming() {
  if (auto body = owner_.incoming()) return body;
  return std::make_shared<IncomingBody>(session(), loop(), payload());
}

void Exchange::write(Status status, std::string_view content_type, std::string_view body) {
  owner_.write_response(*this, {.status = status, .content_type = content_type, .body = body});
}

bool Exchange::upgrade(std::string_view protocol, std::span<const Header> headers,
                       std::unique_ptr<Protocol> next) {
  return reply_by([&] { owner_.write_upgrade(*this, protocol, headers, std::move(next)); });
}

void Exchange::write_failure(const Failure& failure) {
  Status status = status_of(failure);
  std::array<Header, 2> headers;
  std::size_t count = 0;
  if (failure.kind == FailureKind::not_found && match_.kind == RouteMatch::Kind::no_method) {
    status = Status::method_not_allowed;
    headers[count++] = {"Allow", match_.allow};
  }
  // RFC 9110, section 15.5.2.
  if (status == Status::unauthorized) headers[count++] = {"WWW-Authenticate", "Bearer"};
  const bool named = status == Status::method_not_allowed;
  std::string text(named ? reason(status) : failure.text());
  text += '\n';
  owner_.write_response(*this, {.status = status,
                                .content_type = plain_text,
                                .headers = {headers.data(), count},
                                .body = text});
}

Response text(std::string body, Status status) {
  return {.status = status, .content_type = std::string(plain_text), .body = std::move(body)};
}

Response html(std::string body, Status status) {
  return {.status = status, .content_type = "text/html; charset=utf-8", .body = std::move(body)};
}

Response json_body(std::string body, Status status) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

Response redirect(std::string location, Status status) {
  return Response{.status = status}.with("Location", std::move(location));
}

}  // namespace weir::http
