// parse_json: a JSON document out of bytes that a stranger sent; and json: a framing's payloads as
// JSON documents. Layer: framing.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
//
//     server.listen(endpoint, weir::length_prefix(4) | weir::json,
//                   [](const nlohmann::json& message) { return message; });
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/framing/framing.hpp"
#include "weir/framing/line.hpp"

namespace weir {

/// What a document may be. Its size is the frame's; as a value it takes up to 32 times the memory
/// of the text (`[{},{},...]`, measured), so a frame limit for JSON is better small.
struct JsonLimits {
  /// How many arrays and objects lie within each other: `[]` is 1, `[{"a":[1]}]` is 3. nlohmann
  /// writes, copies and compares a value by recursion, so what is let in must have an end here.
  std::size_t depth = 64;
};

/// The whole of `text` as one document (RFC 8259): UTF-8, nothing but blanks behind the value, no
/// comments, no NaN, no number that a double cannot hold. An integer that 64 bits cannot hold is a
/// double. Of two members with the same name the last one counts. Throws std::bad_alloc alone.
///
/// Stops at the first mistake, and at the depth limit before the value that is too deep is made.
/// The error is one short line with the offset of the last byte that was read, and 16 bytes of the
/// text up to there, escaped: `JSON at byte 4 near "[1, x": invalid literal`.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text,
                                                const JsonLimits& limits = {});

/// `value` as text in one line, without blanks; a NaN is written as null. An error when a string in
/// it is not UTF-8.
[[nodiscard]] Result<std::string> json_text(const nlohmann::json& value);

/// The payloads of F, each of which is a document: a MessageFraming (framing.hpp), so a handler may
/// take the value. One that is no document is malformed, with the words of parse_json().
///
/// Over the framing alone, without `| json`, a handler of values would compile as well, for
/// nlohmann makes a value of any text: it gets each frame as a JSON string.
///
/// encode() takes text for JSON without a look at it, and so does Session::send(): it is trusted to
/// be a document, such as json_text() makes.
template <Framing F>
class JsonFraming {
 public:
  using Message = nlohmann::json;

  JsonFraming(F framing, const JsonLimits& limits)
      : framing_(std::move(framing)), limits_(limits) {}

  void set_default_max(std::size_t max) requires LimitedFraming<F> {
    framing_.set_default_max(max);
  }

  [[nodiscard]] Decoded decode(std::string_view input) {
    Decoded decoded = framing_.decode(input);
    if (decoded.kind() != Decoded::Kind::frame) return decoded;
    Result<Message> parsed = parse_json(decoded.payload(), limits_);
    if (!parsed.ok()) return Decoded::malformed(parsed.error().message);
    message_ = parsed.take();
    return decoded;
  }
  Status encode(std::string_view text, Buffer& output) const {
    return framing_.encode(text, output);
  }

  [[nodiscard]] Message& message() { return message_; }
  [[nodiscard]] static Result<std::string> payload_of(const Message& message) {
    return json_text(message);
  }

 private:
  F framing_;
  JsonLimits limits_;
  Message message_;
};

/// What stands behind `|`: `framing | json`, or `framing | json({.depth = 8})`.
struct JsonTag {
  JsonLimits limits{};
  [[nodiscard]] constexpr JsonTag operator()(const JsonLimits& others) const { return {others}; }
};
inline constexpr JsonTag json{};

template <Framing F>
[[nodiscard]] JsonFraming<F> operator|(F framing, const JsonTag& tag) {
  return {std::move(framing), tag.limits};
}

/// One document a line (jsonlines.org).
[[nodiscard]] inline JsonFraming<LineFraming> json_lines(const LineOptions& options = {},
                                                         const JsonLimits& limits = {}) {
  return lines(options) | json(limits);
}

}  // namespace weir
