#include "weir/http/body_parser.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "http/bytes.hpp"
#include "http/scan_fields.hpp"

namespace weir::http {

namespace {

using Kind = Parsed::Kind;

/// RFC 9110, section 6.5.1: what decides about the message cannot come behind it.
bool may_be_trailer(std::string_view name) {
  return !bytes::token_is(name, "content-length") && !bytes::token_is(name, "transfer-encoding") &&
         !bytes::token_is(name, "host");
}

}  // namespace

void BodyParser::begin(BodyKind kind, std::uint64_t length) {
  kind_ = kind;
  max_ = limits_->body;
  place_ = Place::first_digit;
  left_ = kind == BodyKind::length ? length : 0;
  size_ = 0;
  line_ = extensions_ = 0;
  scan_ = {};
}

Parsed BodyParser::next_of(std::string_view input, Headers& trailers) {
  switch (kind_) {
    case BodyKind::none:
      break;
    case BodyKind::length: {
      if (left_ == 0) break;
      if (left_ > max_ || size_ > max_ - left_) {
        too_large();
        return {.kind = Kind::failed};
      }
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
      if (size == 0) return {};
      left_ -= size;
      size_ += size;
      return {Kind::body, size, input.substr(0, size)};
    }
    case BodyKind::until_close:
      if (input.empty()) return {};
      size_ += input.size();
      if (size_ > max_) {
        too_large();
        return {.kind = Kind::failed};
      }
      return {Kind::body, input.size(), input};
    case BodyKind::chunked:
      return next_chunked(input, trailers);
  }
  trailers.clear();
  return {.kind = Kind::complete};
}

Parsed BodyParser::next_chunked(std::string_view input, Headers& trailers) {
  std::size_t used = 0;
  while (used < input.size()) {
    if (place_ == Place::data) {
      const auto size =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - used));
      left_ -= size;
      if (left_ == 0) place_ = Place::data_return;
      return {Kind::body, used + size, input.substr(used, size)};
    }
    if (place_ == Place::trailers) return next_trailers(input.substr(used), used, trailers);
    if (!step(input[used])) return {.kind = Kind::failed};
    ++used;
  }
  return {.consumed = used};
}

/// Takes one byte of what frames the data.
bool BodyParser::step(char byte) {
  const auto refuse = [this](std::string_view reason) { return fail(Status::bad_request, reason); };
  switch (place_) {
    case Place::line_feed:
      return byte == '\n' ? end_line() : refuse("CR without LF behind a chunk size");
    case Place::data_return:
      place_ = Place::data_feed;
      return byte == '\r' || refuse("chunk that is longer than its size");
    case Place::data_feed:
      place_ = Place::first_digit;
      return byte == '\n' || refuse("CR without LF behind a chunk");
    default:
      break;
  }
  const bool may_end = place_ == Place::digits || place_ == Place::name || place_ == Place::token ||
                       place_ == Place::end_of_quoted;
  if (byte == '\r' && may_end) {
    place_ = Place::line_feed;
    return true;
  }
  if (++line_ > limits_->chunk_line) return refuse(beyond("chunk line", limits_->chunk_line));
  const bool in_size = place_ == Place::first_digit || place_ == Place::digits;
  if ((!in_size || byte == ';') && ++extensions_ > limits_->chunk_extensions) {
    return refuse(beyond("chunk extensions", limits_->chunk_extensions));
  }
  if (byte == ';' && may_end) {
    place_ = Place::extension;
    return true;
  }
  switch (place_) {
    case Place::first_digit:
    case Place::digits:
      if (!bytes::is(bytes::hex_digit, byte)) return refuse("chunk size that is no number");
      if (left_ > (std::numeric_limits<std::uint64_t>::max() >> 4)) {
        return fail(Status::content_too_large, "chunk size that no 64 bits can hold");
      }
      left_ = left_ << 4 | bytes::hex_value(byte);
      place_ = Place::digits;
      return true;
    case Place::extension:
    case Place::name:
      if (byte == '=' && place_ == Place::name) {
        place_ = Place::value;
        return true;
      }
      place_ = Place::name;
      return bytes::is(bytes::token, byte) || refuse("chunk extension without a name");
    case Place::value:
    case Place::token:
      if (byte == '"' && place_ == Place::value) {
        place_ = Place::quoted;
        return true;
      }
      place_ = Place::token;
      return bytes::is(bytes::token, byte) || refuse("chunk extension without a value");
    case Place::quoted:
      if (byte == '"') {
        place_ = Place::end_of_quoted;
        return true;
      }
      if (byte == '\\') {
        place_ = Place::escape;
        return true;
      }
      return bytes::is(bytes::value, byte) || refuse("chunk extension that is not closed");
    case Place::escape:
      place_ = Place::quoted;
      return bytes::is(bytes::value, byte) || refuse("chunk extension that is not closed");
    default:
      return refuse("chunk extension behind a quoted value");
  }
}

bool BodyParser::end_line() {
  line_ = 0;
  if (left_ == 0) {
    place_ = Place::trailers;
    return true;
  }
  if (left_ > max_ || size_ > max_ - left_) return too_large();
  size_ += left_;
  place_ = Place::data;
  return true;
}

Parsed BodyParser::next_trailers(std::string_view input, std::size_t used, Headers& trailers) {
  const FieldLimits limits{limits_->header_line, limits_->trailers, limits_->headers};
  const auto scan = [&] {
    trailers.clear();
    return scan_fields(
        scan_, input, limits,
        [&](std::string_view name, std::string_view value) {
          trailers.add(name, value);
          return may_be_trailer(name) ||
                 fail(Status::bad_request, "trailer that decides about the message");
        },
        [&](Status status, std::string_view reason) { fail(status, reason); });
  };
  const bool resumed = scan_.scanned != 0;
  Scanned scanned = scan();
  if (scanned == Scanned::done && resumed) {
    scan_ = {};
    scanned = scan();
  }
  if (scanned == Scanned::more) return {.consumed = used};
  if (scanned == Scanned::failed) return {.kind = Kind::failed};
  const std::size_t size = used + scan_.scanned;
  begin(BodyKind::none, 0);
  return {.kind = Kind::complete, .consumed = size};
}

bool BodyParser::too_large() { return fail(Status::content_too_large, beyond("body", max_)); }

bool BodyParser::fail(Status status, std::string_view reason) {
  error_ = std::make_unique<ParseError>(ParseError{status, std::string(reason)});
  return false;
}

}  // namespace weir::http
