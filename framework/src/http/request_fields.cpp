// RequestParser: what the target and the fields of a request may say, once they are whole.
#include <cstring>
#include <string>

#include "core/text.hpp"
#include "http/authority.hpp"
#include "http/bytes.hpp"
#include "http/facts.hpp"
#include "weir/http/request_parser.hpp"

namespace weir::http {

namespace {

/// Splits what begins with a path into path and query.
void split(RequestHead& head, std::string_view text) {
  const void* mark = std::memchr(text.data(), '?', text.size());
  if (mark == nullptr) {
    head.path = text;
    return;
  }
  const auto size = static_cast<std::size_t>(static_cast<const char*>(mark) - text.data());
  head.path = text.substr(0, size);
  head.query = text.substr(size + 1);
}

}  // namespace

bool RequestParser::take_target(RequestHead& head) {
  if (head.method == "CONNECT") {
    head.form = TargetForm::authority;
    head.authority = head.target;
    return is_host_and_port(head.target) ||
           fail(Status::bad_request, "CONNECT to what is no host and port");
  }
  if (head.target.front() == '/') {
    split(head, head.target);
    return true;
  }
  if (head.target == "*") {
    head.form = TargetForm::asterisk;
    head.path = head.target;
    return head.method == "OPTIONS" ||
           fail(Status::bad_request, "request target *, which is for OPTIONS alone");
  }
  return take_absolute(head);
}

bool RequestParser::take_absolute(RequestHead& head) {
  head.form = TargetForm::absolute;
  const std::size_t colon = head.target.find("://");
  const std::string_view scheme = head.target.substr(0, colon);
  if (colon == std::string_view::npos ||
      (!bytes::token_is(scheme, "http") && !bytes::token_is(scheme, "https"))) {
    return fail(Status::bad_request, "request target that is no path and no URI of http: " +
                                         text::quoted(head.target, 40));
  }
  const std::string_view rest = head.target.substr(colon + 3);
  head.authority = rest.substr(0, rest.find_first_of("/?"));
  if (head.authority.find('@') != std::string_view::npos) {
    return fail(Status::bad_request, "request target with user information");
  }
  if (!is_authority(head.authority)) {
    return fail(Status::bad_request, "request target whose host is none");
  }
  split(head, rest.substr(head.authority.size()));
  if (head.path.empty()) head.path = "/";
  return true;
}

bool RequestParser::take_field(std::string_view name, std::string_view value, RequestHead& head) {
  switch (name.size()) {
    case 4:
      return !bytes::token_is(name, "host") || take_host(value, head);
    case 6:
      return !bytes::token_is(name, "expect") || take_expect(value);
    case 7:
      if (bytes::token_is(name, "upgrade")) facts_.upgrade = true;
      return true;
    case 10:
      if (bytes::token_is(name, "connection")) take_connection(facts_, value);
      return true;
    case 14:
      if (!bytes::token_is(name, "content-length")) return true;
      if (const auto mistake = take_length(facts_, value)) return refuse(mistake);
      return true;
    case 17:
      if (!bytes::token_is(name, "transfer-encoding")) return true;
      if (const auto mistake = take_coding(facts_, value)) return refuse(mistake);
      return true;
    default:
      return true;
  }
}

/// RFC 9112, section 3.2.
bool RequestParser::take_host(std::string_view value, RequestHead& head) {
  if (facts_.host) return fail(Status::bad_request, "Host given twice");
  facts_.host = true;
  if (!is_host(value)) {
    return fail(Status::bad_request, "Host that is no host: " + text::quoted(value, 40));
  }
  if (head.form == TargetForm::origin || head.form == TargetForm::asterisk) head.authority = value;
  return true;
}

/// RFC 9110, section 10.1.1.
bool RequestParser::take_expect(std::string_view value) {
  if (!same_name(value, "100-continue")) {
    return fail(Status::expectation_failed,
                "expectation that is not 100-continue: " + text::quoted(value, 40));
  }
  facts_.expects_continue = true;
  return true;
}

bool RequestParser::finish_head(RequestHead& head) {
  const bool newer = facts_.version == Version::http_1_1;
  if (newer && !facts_.host) return fail(Status::bad_request, "request of HTTP/1.1 without Host");
  if (const auto mistake = check_framing(facts_)) return refuse(mistake);
  if (facts_.length > limits_->body) {
    return fail(Status::content_too_large, "body of " + std::to_string(facts_.length) +
                                               " bytes, the limit is " +
                                               std::to_string(limits_->body));
  }
  head.content_length = facts_.length;
  if (facts_.chunked) {
    head.body = BodyKind::chunked;
  } else if (facts_.length > 0) {
    head.body = BodyKind::length;
  }
  const bool has_body = head.body != BodyKind::none;
  // What follows belongs to the tunnel, and who reads it as content reads another request there.
  if (has_body && head.form == TargetForm::authority) {
    return fail(Status::bad_request, "CONNECT with a body");
  }
  head.keep_alive = keeps_alive(facts_);
  head.expects_continue = newer && has_body && facts_.expects_continue;
  head.upgrade = newer && facts_.connection_upgrade && facts_.upgrade;
  return true;
}

}  // namespace weir::http
