#include "http/facts.hpp"

#include <charconv>
#include <system_error>

#include "core/text.hpp"
#include "http/bytes.hpp"

namespace weir::http {

namespace {

ParseError bad(std::string reason) { return {Status::bad_request, std::move(reason)}; }

constexpr bool is_list_space(char byte) { return bytes::is_blank(byte) || byte == ','; }

/// Takes the next element of a list (RFC 9110, section 5.6.1) without quotes off its front.
std::string_view take_element(std::string_view& list) {
  while (!list.empty() && is_list_space(list.front())) list.remove_prefix(1);
  const std::string_view element = list.substr(0, list.find(','));
  list.remove_prefix(element.size());
  return bytes::trimmed(element);
}

}  // namespace

std::optional<ParseError> take_length(MessageFacts& facts, std::string_view value) {
  if (facts.has_length) return bad("Content-Length given twice");
  facts.has_length = true;
  const char* const end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, facts.length);
  if (value.empty() || !bytes::is_digit(value.front()) || result.ptr != end) {
    return bad("Content-Length that is not one number: " + text::quoted(value, 40));
  }
  if (result.ec == std::errc::result_out_of_range) {
    return ParseError{Status::content_too_large, "Content-Length that no 64 bits can hold"};
  }
  return std::nullopt;
}

std::optional<ParseError> take_coding(MessageFacts& facts, std::string_view value) {
  if (facts.chunked) return bad("Transfer-Encoding given twice");
  if (bytes::token_is(value, "chunked")) {
    facts.chunked = true;
    return std::nullopt;
  }
  std::size_t codings = 0;
  std::size_t chunked = 0;
  std::string_view last;
  for (std::string_view rest = value; !rest.empty();) {
    const std::string_view element = take_element(rest);
    if (element.empty()) continue;
    ++codings;
    if (bytes::token_is(element, "chunked")) ++chunked;
    last = element;
  }
  const std::string quoted = text::quoted(value, 40);
  // Section 6.1 wants 501 for a coding nobody knows, section 6.3 wants 400 where nobody can say
  // where the body ends.
  if (codings > 1 && chunked == 1 && bytes::token_is(last, "chunked")) {
    return ParseError{Status::not_implemented, "transfer coding that is not known in " + quoted};
  }
  return bad("Transfer-Encoding that is not chunked: " + quoted);
}

void take_connection(MessageFacts& facts, std::string_view value) {
  if (bytes::token_is(value, "keep-alive")) {
    facts.keep_alive = true;
    return;
  }
  while (!value.empty()) {
    const std::string_view element = take_element(value);
    switch (element.size()) {
      case 5:
        facts.close = facts.close || bytes::token_is(element, "close");
        break;
      case 7:
        facts.connection_upgrade = facts.connection_upgrade || bytes::token_is(element, "upgrade");
        break;
      case 10:
        facts.keep_alive = facts.keep_alive || bytes::token_is(element, "keep-alive");
        break;
      default:
        break;
    }
  }
}

std::optional<ParseError> check_framing(const MessageFacts& facts) {
  if (!facts.chunked) return std::nullopt;
  if (facts.has_length) return bad("Content-Length beside Transfer-Encoding");
  if (facts.version == Version::http_1_0) return bad("Transfer-Encoding in a message of HTTP/1.0");
  return std::nullopt;
}

}  // namespace weir::http
