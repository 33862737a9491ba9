// Status codes of HTTP (RFC 9110, section 15, and the registry of IANA), and what a parser says
// when it refuses. Layer: http.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::http {

/// Any code of three digits may be cast to it; those here have names.
enum class Status : std::uint16_t {
  continue_100 = 100,
  switching_protocols = 101,
  early_hints = 103,
  ok = 200,
  created = 201,
  accepted = 202,
  non_authoritative_information = 203,
  no_content = 204,
  reset_content = 205,
  partial_content = 206,
  multiple_choices = 300,
  moved_permanently = 301,
  found = 302,
  see_other = 303,
  not_modified = 304,
  temporary_redirect = 307,
  permanent_redirect = 308,
  bad_request = 400,
  unauthorized = 401,
  payment_required = 402,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  not_acceptable = 406,
  proxy_authentication_required = 407,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  length_required = 411,
  precondition_failed = 412,
  content_too_large = 413,
  uri_too_long = 414,
  unsupported_media_type = 415,
  range_not_satisfiable = 416,
  expectation_failed = 417,
  misdirected_request = 421,
  unprocessable_content = 422,
  too_early = 425,
  upgrade_required = 426,
  precondition_required = 428,
  too_many_requests = 429,
  request_header_fields_too_large = 431,
  unavailable_for_legal_reasons = 451,
  internal_server_error = 500,
  not_implemented = 501,
  bad_gateway = 502,
  service_unavailable = 503,
  gateway_timeout = 504,
  http_version_not_supported = 505,
};

[[nodiscard]] constexpr unsigned code_of(Status status) { return static_cast<unsigned>(status); }

/// The reason phrase of the registry; empty for a code that has no name here.
[[nodiscard]] std::string_view reason(Status status);

/// A response with this status never has a body: 1xx, 204 and 304 (RFC 9112, section 6.3).
[[nodiscard]] constexpr bool has_no_body(Status status) {
  return code_of(status) < 200 || status == Status::no_content || status == Status::not_modified;
}

/// Why a message was refused. Of a request, `status` is what to answer; of a response it is 502,
/// what a gateway would answer. `reason` is one sentence for a person, without a full stop; bytes
/// of the peer in it are escaped.
struct ParseError {
  Status status = Status::bad_request;
  std::string reason;
};

}  // namespace weir::http
