// The field lines that decide where a message ends and whether another one follows; the same for
// requests and responses. Layer: http, its sources only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/http/message.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

/// RFC 9110, section 8.6: one field with one number.
[[nodiscard]] std::optional<ParseError> take_length(MessageFacts& facts, std::string_view value);
/// RFC 9112, section 6.1: one field that says `chunked`, for that is all we speak.
[[nodiscard]] std::optional<ParseError> take_coding(MessageFacts& facts, std::string_view value);
/// RFC 9110, section 7.6.1. May be there several times.
void take_connection(MessageFacts& facts, std::string_view value);

/// Whether Content-Length and Transfer-Encoding go together (RFC 9112, section 6.3).
[[nodiscard]] std::optional<ParseError> check_framing(const MessageFacts& facts);

/// RFC 9112, section 9.3.
[[nodiscard]] inline bool keeps_alive(const MessageFacts& facts) {
  return !facts.close && (facts.version == Version::http_1_1 || facts.keep_alive);
}

}  // namespace weir::http
