#include "weir/http/request_parser.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/text.hpp"
#include "http/bytes.hpp"
#include "http/facts.hpp"
#include "http/scan_fields.hpp"
#include "weir/framing/framing.hpp"

namespace weir::http {

namespace {

using Kind = Parsed::Kind;

constexpr std::string_view end_of_line_1_1 = "HTTP/1.1\r\n";
constexpr std::size_t incomplete = 0;
constexpr std::size_t mistaken = std::string_view::npos;

}  // namespace

Parsed RequestParser::next(std::string_view input, RequestHead& head) {
  switch (place_) {
    case Place::method:
    case Place::target:
    case Place::version:
    case Place::fields:
      return next_head(input, head);
    case Place::body: {
      const Parsed part = body_.next(input, head.trailers);
      if (part.kind == Kind::complete) {
        place_ = last_ ? Place::ended : Place::method;
      } else if (part.kind == Kind::failed) {
        refuse(body_.error());
      }
      return part;
    }
    case Place::ended:
      return {.consumed = input.size()};
    case Place::failed:
      break;
  }
  return {.kind = Kind::failed};
}

Parsed RequestParser::next_head(std::string_view input, RequestHead& head) {
  std::size_t skipped = 0;
  if (!begun_ && !skip_empty_lines(input, skipped)) {
    return {.kind = place_ == Place::failed ? Kind::failed : Kind::need_more, .consumed = skipped};
  }
  input.remove_prefix(skipped);
  const bool resumed = scan_.scanned != 0;
  head.clear();
  if (!scan_head(input, head)) {
    return {.kind = place_ == Place::failed ? Kind::failed : Kind::need_more, .consumed = skipped};
  }
  if (resumed) {
    // The views of the earlier lines are those of another call: once more, now that all is there.
    restart_head();
    head.clear();
    scan_head(input, head);
  }
  const std::size_t size = scan_.scanned;
  if (!finish_head(head)) return {.kind = Kind::failed};
  head.bytes = input.substr(0, size);
  restart_head();
  begun_ = false;
  empty_lines_ = 0;
  last_ = !head.keep_alive;
  body_.begin(head.body, head.content_length);
  place_ = Place::body;
  return {.kind = Kind::head, .consumed = skipped + size};
}

void RequestParser::restart_head() {
  scan_ = {};
  facts_ = {};
  method_end_ = target_end_ = 0;
  place_ = Place::method;
}

bool RequestParser::skip_empty_lines(std::string_view input, std::size_t& skipped) {
  for (std::string_view rest = input;; rest.remove_prefix(2)) {
    if (rest.empty() || rest == "\r") return false;
    if (rest.front() != '\r') break;
    if (rest[1] != '\n') return fail(Status::bad_request, "CR without LF before a request");
    if (++empty_lines_ > limits_->empty_lines) {
      return fail(Status::bad_request, "more than " + std::to_string(limits_->empty_lines) +
                                           " empty lines before a request");
    }
    skipped += 2;
  }
  begun_ = true;
  return true;
}

bool RequestParser::scan_head(std::string_view input, RequestHead& head) {
  if (place_ != Place::fields && !scan_request_line(input, head)) return false;
  const FieldLimits limits{limits_->header_line, limits_->head, limits_->headers};
  const Scanned scanned = scan_fields(
      scan_, input, limits,
      [&](std::string_view name, std::string_view value) {
        head.headers.add(name, value);
        return take_field(name, value, head);
      },
      [&](Status status, std::string_view reason) { fail(status, reason); });
  return scanned == Scanned::done;
}

bool RequestParser::scan_request_line(std::string_view input, RequestHead& head) {
  const std::size_t line_stop = end_of_window(0, limits_->start_line, limits_->head);
  const std::size_t stop_at = std::min(input.size(), line_stop);
  const char* const begin = input.data();
  const char* const stop = begin + stop_at;
  const char* at = begin + scan_.scanned;
  if (place_ == Place::method) {
    at = bytes::skip(bytes::token, at, std::min(stop, begin + std::min(stop_at, max_method + 1)));
    if (at == begin + max_method + 1) {
      return fail(Status::not_implemented,
                  "method of more than " + std::to_string(max_method) + " bytes");
    }
    if (at == stop) return more_of_line(input, line_stop, at);
    if (*at != ' ' || at == begin) return refuse_method(input, *at);
    method_end_ = static_cast<std::uint32_t>(at - begin);
    place_ = Place::target;
    ++at;
  }
  if (place_ == Place::target) {
    at = bytes::skip_target(at, stop);
    if (at == stop) return more_of_line(input, line_stop, at);
    target_end_ = static_cast<std::uint32_t>(at - begin);
    if (*at != ' ' || target_end_ == method_end_ + 1) return refuse_target(*at);
    place_ = Place::version;
    ++at;
  }
  const std::size_t size = scan_version({at, stop});
  if (size == mistaken) return false;
  if (size == incomplete) return more_of_line(input, line_stop, at);
  scan_.scanned = scan_.line = static_cast<std::uint32_t>(at + size - begin);
  place_ = Place::fields;
  head.version = facts_.version;
  head.method = input.substr(0, method_end_);
  head.target = input.substr(method_end_ + 1, target_end_ - method_end_ - 1);
  return take_target(head);
}

/// There is no more of the line before `stop`, which is the end of the input or of what a line may
/// have.
bool RequestParser::more_of_line(std::string_view input, std::size_t stop, const char* reached) {
  if (input.size() < stop) {
    scan_.scanned = static_cast<std::uint32_t>(reached - input.data());
    return false;
  }
  if (stop == limits_->head) {
    return fail(Status::request_header_fields_too_large, beyond("head", limits_->head));
  }
  return fail(Status::uri_too_long, beyond("request line", limits_->start_line));
}

/// The size of the version and the end of the line, or `incomplete`, or `mistaken`.
std::size_t RequestParser::scan_version(std::string_view rest) {
  facts_.version = Version::http_1_1;
  if (rest.starts_with(end_of_line_1_1)) return end_of_line_1_1.size();
  const std::size_t size = std::min(rest.size(), end_of_line_1_1.size());
  for (std::size_t i = 0; i < size; ++i) {
    const bool digit = i == 5 || i == 7;
    if (digit ? bytes::is_digit(rest[i]) : rest[i] == end_of_line_1_1[i]) {
      if (i != 7 || rest.substr(5, 3) == "1.1" || rest.substr(5, 3) == "1.0") continue;
      fail(Status::http_version_not_supported,
           rest[5] == '2' ? "HTTP/2 spoken to a server of HTTP/1.1"
                          : "version " + text::quoted(rest.substr(0, 8), 8) + ", not 1.0 or 1.1");
    } else if (i < 8) {
      fail(Status::bad_request, "request line without a version such as HTTP/1.1 at its end");
    } else {
      fail(Status::bad_request, "request line that does not end with CRLF behind its version");
    }
    return mistaken;
  }
  if (size < end_of_line_1_1.size()) return incomplete;
  facts_.version = Version::http_1_0;
  return size;
}

bool RequestParser::refuse_method(std::string_view input, char byte) {
  if (byte == '\r' || byte == '\n') {
    return fail(Status::bad_request, "request line of one word: " + describe_input(input));
  }
  return fail(Status::bad_request, "not an HTTP request: " + describe_input(input));
}

bool RequestParser::refuse_target(char byte) {
  std::string_view reason = "request target with a byte that is not visible ASCII";
  if (byte == ' ') reason = "request line with two blanks in a row";
  if (byte == '#') reason = "request target with a fragment, which RFC 9112 does not allow";
  if (byte == '\r' || byte == '\n') reason = "request line without a version, as of HTTP/0.9";
  return fail(Status::bad_request, reason);
}

bool RequestParser::fail(Status status, std::string_view reason) {
  place_ = Place::failed;
  error_ = std::make_unique<ParseError>(ParseError{status, std::string(reason)});
  return false;
}

bool RequestParser::refuse(const std::optional<ParseError>& mistake) {
  return fail(mistake->status, mistake->reason);
}

}  // namespace weir::http
