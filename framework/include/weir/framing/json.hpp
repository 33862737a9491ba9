// parse_json: a JSON document out of bytes that a stranger sent. Layer: framing.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "weir/core/error.hpp"

namespace weir {

/// What a document may be. Its size is the frame's; as a value it takes up to 32 times the memory
/// of the text (`[{},{},...]`, measured), so a frame limit for JSON is better small.
struct JsonLimits {
  /// How many arrays and objects lie within each other: `[]` is 1, `[{"a":[1]}]` is 3. nlohmann
  /// writes and compares a value by recursion, so what is let in must have an end here.
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

}  // namespace weir
