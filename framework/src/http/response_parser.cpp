#include "weir/http/response_parser.hpp"

#include <algorithm>
#include <string>

#include "core/text.hpp"
#include "http/bytes.hpp"
#include "http/facts.hpp"
#include "http/scan_fields.hpp"
#include "weir/framing/framing.hpp"

namespace weir::http {

namespace {

using Kind = Parsed::Kind;

// Where a digit may be any, there is a 0.
constexpr std::string_view start_of_line = "HTTP/0.0 000";

}  // namespace

void ResponseParser::expect(std::string_view method) {
  if (place_ != Place::idle) return;
  asked_ = method == "HEAD" ? Asked::head : method == "CONNECT" ? Asked::connect : Asked::other;
  interim_ = 0;
  place_ = Place::start;
}

Parsed ResponseParser::next(std::string_view input, ResponseHead& head) {
  switch (place_) {
    case Place::idle:
      if (input.empty()) return {};
      fail("response that no request asked for: " + describe_input(input));
      break;
    case Place::start:
    case Place::phrase:
    case Place::fields:
      return next_head(input, head);
    case Place::body:
      return next_body(input, head);
    case Place::ended:
      return {.consumed = input.size()};
    case Place::failed:
      break;
  }
  return {.kind = Kind::failed};
}

Parsed ResponseParser::next_body(std::string_view input, ResponseHead& head) {
  const Parsed part = body_.next(input, head.trailers);
  if (part.kind == Kind::complete) {
    place_ = after_;
  } else if (part.kind == Kind::failed) {
    fail(body_.error().reason);
  }
  return part;
}

Parsed ResponseParser::end() {
  if (place_ == Place::body && body_.kind() == BodyKind::until_close) {
    place_ = Place::ended;
    return {.kind = Kind::complete};
  }
  if (place_ == Place::idle || place_ == Place::ended) {
    place_ = Place::ended;
    return {};
  }
  if (place_ == Place::body) {
    fail("connection that ended within the body of a response");
  } else if (place_ != Place::failed) {
    fail(scan_.scanned != 0 ? "connection that ended within the head of a response"
                            : "connection that ended before a response");
  }
  return {.kind = Kind::failed};
}

Parsed ResponseParser::next_head(std::string_view input, ResponseHead& head) {
  const bool resumed = scan_.scanned != 0;
  head.clear();
  if (!scan_head(input, head)) {
    return {.kind = place_ == Place::failed ? Kind::failed : Kind::need_more};
  }
  if (resumed) {
    // As RequestParser: the views of the earlier lines are those of another call.
    restart_head();
    head.clear();
    scan_head(input, head);
  }
  const std::size_t size = scan_.scanned;
  if (!finish_head(head)) return {.kind = Kind::failed};
  head.bytes = input.substr(0, size);
  restart_head();
  body_.begin(head.body, head.content_length);
  place_ = Place::body;
  return {.kind = Kind::head, .consumed = size};
}

void ResponseParser::restart_head() {
  scan_ = {};
  facts_ = {};
  place_ = Place::start;
}

bool ResponseParser::scan_head(std::string_view input, ResponseHead& head) {
  if (place_ != Place::fields && !scan_status_line(input, head)) return false;
  const FieldLimits limits{limits_->header_line, limits_->head, limits_->headers};
  const Scanned scanned = scan_fields(
      scan_, input, limits,
      [&](std::string_view name, std::string_view value) {
        head.headers.add(name, value);
        return take_field(name, value);
      },
      [&](Status, std::string_view reason) { fail(reason); });
  return scanned == Scanned::done;
}

bool ResponseParser::scan_status_line(std::string_view input, ResponseHead& head) {
  const std::size_t line_stop = end_of_window(0, limits_->start_line, limits_->head);
  const std::string_view window = input.substr(0, line_stop);
  const char* const stop = window.data() + window.size();
  const char* const phrase = window.data() + start_of_line.size();
  if (place_ == Place::start) {
    if (!scan_start(window)) return false;
    // All of it once more with the next byte, which is little.
    if (window.size() <= start_of_line.size()) return more_of_line(input, line_stop, window.data());
    if (*phrase != ' ' && *phrase != '\r') {
      return fail("status line with more behind its three digits");
    }
    place_ = Place::phrase;
    scan_.scanned = static_cast<std::uint32_t>(start_of_line.size());
  }
  const char* const at = bytes::skip_value(window.data() + scan_.scanned, stop);
  if (at == stop) return more_of_line(input, line_stop, at);
  if (*at != '\r') return fail("status line that does not end with CRLF");
  if (at + 1 == stop) return more_of_line(input, line_stop, at);
  if (at[1] != '\n') return fail("status line that does not end with CRLF");
  head.phrase = bytes::trimmed({phrase, static_cast<std::size_t>(at - phrase)});
  head.status = Status{code_};
  head.version = facts_.version;
  scan_.scanned = scan_.line = static_cast<std::uint32_t>(at + 2 - window.data());
  place_ = Place::fields;
  return true;
}

/// The version and the code, as far as they have come.
bool ResponseParser::scan_start(std::string_view window) {
  const std::string_view start = window.substr(0, start_of_line.size());
  for (std::size_t i = 0; i < start.size(); ++i) {
    const bool digit = start_of_line[i] == '0';
    if (!(digit ? bytes::is_digit(start[i]) : start[i] == start_of_line[i])) {
      return fail("not an HTTP response: " + describe_input(window));
    }
    if (i == 7 && start.substr(5, 3) != "1.1" && start.substr(5, 3) != "1.0") {
      return fail("version " + text::quoted(start.substr(0, 8), 8) + ", not 1.0 or 1.1");
    }
    if (i == 9 && start[i] == '0') return fail("status code of less than 100");
  }
  if (start.size() < start_of_line.size()) return true;
  facts_.version = start[7] == '1' ? Version::http_1_1 : Version::http_1_0;
  code_ = static_cast<std::uint16_t>((start[9] - '0') * 100 + (start[10] - '0') * 10 +
                                     (start[11] - '0'));
  return true;
}

bool ResponseParser::more_of_line(std::string_view input, std::size_t stop, const char* reached) {
  if (input.size() < stop) {
    scan_.scanned = static_cast<std::uint32_t>(reached - input.data());
    return false;
  }
  return fail(stop == limits_->head ? beyond("head", limits_->head)
                                    : beyond("status line", limits_->start_line));
}

bool ResponseParser::take_field(std::string_view name, std::string_view value) {
  std::optional<ParseError> mistake;
  switch (name.size()) {
    case 10:
      if (bytes::token_is(name, "connection")) take_connection(facts_, value);
      break;
    case 14:
      if (bytes::token_is(name, "content-length")) mistake = take_length(facts_, value);
      break;
    case 17:
      if (bytes::token_is(name, "transfer-encoding")) mistake = take_coding(facts_, value);
      break;
    default:
      break;
  }
  return !mistake.has_value() || fail(mistake->reason);
}

bool ResponseParser::finish_head(ResponseHead& head) {
  const unsigned hundreds = code_of(head.status) / 100;
  const bool success_of_connect = asked_ == Asked::connect && hundreds == 2;
  head.switches = head.status == Status::switching_protocols || success_of_connect;
  head.interim = hundreds == 1 && !head.switches;
  head.content_length = facts_.length;
  if (head.interim && ++interim_ > limits_->interim_responses) {
    return fail("more than " + std::to_string(limits_->interim_responses) + " interim responses");
  }
  // A tunnel begins behind the head, whatever that says (RFC 9112, section 6.3).
  if (!success_of_connect && !decide_body(head)) return false;
  head.keep_alive = keeps_alive(facts_) && head.body != BodyKind::until_close;
  if (head.interim) {
    after_ = Place::start;
  } else if (head.switches || !head.keep_alive) {
    after_ = Place::ended;
  } else {
    after_ = Place::idle;
  }
  return true;
}

/// RFC 9112, section 6.3.
bool ResponseParser::decide_body(ResponseHead& head) {
  if (const auto mistake = check_framing(facts_)) return fail(mistake->reason);
  const bool never = has_no_body(head.status);
  if (never && head.status != Status::not_modified && (facts_.chunked || facts_.length > 0)) {
    return fail("body in a response of " + std::to_string(code_of(head.status)));
  }
  if (never || asked_ == Asked::head) return true;
  if (facts_.chunked) {
    head.body = BodyKind::chunked;
  } else if (!facts_.has_length) {
    head.body = BodyKind::until_close;
  } else if (facts_.length > limits_->body) {
    return fail("body of " + std::to_string(facts_.length) + " bytes, the limit is " +
                std::to_string(limits_->body));
  } else if (facts_.length > 0) {
    head.body = BodyKind::length;
  }
  return true;
}

bool ResponseParser::fail(std::string_view reason) {
  place_ = Place::failed;
  error_ = std::make_unique<ParseError>(ParseError{Status::bad_gateway, std::string(reason)});
  return false;
}

}  // namespace weir::http
