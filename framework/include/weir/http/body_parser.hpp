// BodyParser: the body of a message, piece by piece, without a copy. Layer: http.
// A part of RequestParser and ResponseParser, which say where the body ends; for a program of use
// only where it has a body without a head.
//
//     1a;name=value CR LF  <26 bytes>  CR LF        a chunk: RFC 9112, section 7.1
//     0 CR LF  Name: value CR LF  CR LF             the last one, trailers
//
// Stricter than the grammar: no blanks around chunk extensions, which section 7.1.1 lets a sender
// write only for history's sake and which readers disagree about.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/http/headers.hpp"
#include "weir/http/limits.hpp"
#include "weir/http/message.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

/// How far the field lines of a section were read. Positions count from its first byte.
struct FieldScan {
  std::uint32_t scanned = 0;  // no byte before this one is looked at again
  std::uint32_t line = 0;     // where the line under way begins
  std::uint32_t colon = 0;    // where its name ends; 0 while in the name
  std::uint32_t fields = 0;   // how many names were seen
};

class BodyParser {
 public:
  /// `limits` outlives the parser.
  explicit BodyParser(const Limits& limits) : limits_(&limits) {}

  /// A new body; `length` is of BodyKind::length.
  void begin(BodyKind kind, std::uint64_t length);
  /// From now on the body under way is refused with 413 when it is over `max` bytes, where that is
  /// less than Limits::body.
  void limit(std::uint64_t max) { max_ = std::min(max, limits_->body); }
  /// What comes next of the body: need_more, body, complete or failed. `trailers` are those
  /// of the body when it is complete.
  [[nodiscard]] Parsed next(std::string_view input, Headers& trailers) {
    if (kind_ == BodyKind::none) {
      trailers.clear();
      return {.kind = Parsed::Kind::complete};
    }
    return next_of(input, trailers);
  }
  [[nodiscard]] BodyKind kind() const { return kind_; }
  /// Of `failed`; the status is that of a request.
  [[nodiscard]] const ParseError& error() const { return *error_; }

 private:
  enum class Place : std::uint8_t {
    first_digit,
    digits,
    extension,  // behind ';'
    name,
    value,  // behind '='
    token,
    quoted,
    escape,
    end_of_quoted,
    line_feed,
    data,
    data_return,
    data_feed,
    trailers,
  };

  Parsed next_of(std::string_view input, Headers& trailers);
  Parsed next_chunked(std::string_view input, Headers& trailers);
  Parsed next_trailers(std::string_view input, std::size_t used, Headers& trailers);
  bool step(char byte);
  bool end_line();
  bool too_large();
  bool fail(Status status, std::string_view reason);

  const Limits* limits_;
  std::unique_ptr<ParseError> error_;
  std::uint64_t max_ = 0;   // of the body under way
  std::uint64_t left_ = 0;  // of the length, or of the chunk under way
  std::uint64_t size_ = 0;  // of the body so far, with the chunk under way
  FieldScan scan_;          // of the trailers
  std::uint32_t line_ = 0;  // bytes of the chunk line under way
  std::uint32_t extensions_ = 0;
  BodyKind kind_ = BodyKind::none;
  Place place_ = Place::first_digit;
};

}  // namespace weir::http
