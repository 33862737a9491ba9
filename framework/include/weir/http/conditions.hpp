// Conditions of a request: whether what the client has, or knows of, is still so. Layer: http.
// RFC 9110, section 13.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/http/entity_tag.hpp"
#include "weir/http/headers.hpp"

namespace weir::http {

/// What there is now of what a request asks for. Of nothing at all, `exists` is false.
struct Validators {
  std::optional<EntityTag> tag{};
  /// Unix time, in seconds.
  std::optional<std::int64_t> modified{};
  bool exists = true;
};

enum class Condition : std::uint8_t {
  proceed,              // do what the request asks
  not_modified,         // answer 304
  precondition_failed,  // answer 412
};

/// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in the order of section
/// 13.2.2. Asked when the answer would otherwise be a success; If-Range is apart. `now` is for
/// dates with a year of two digits.
///
/// A date that is none is as if it were not there. So is If-None-Match that lists nothing but
/// nonsense; If-Match of that kind fails, for it asks that nothing be lost.
[[nodiscard]] Condition evaluate(std::string_view method, const Headers& headers,
                                 const Validators& current, std::int64_t now);

/// Whether a Range may be answered with that part (section 13.1.5): no If-Range, or one that names
/// exactly what there is now. If not, the answer is the whole. `now` and `date` as elsewhere: a
/// date in If-Range counts only where it is the very same, and 60 seconds or more older than `now`.
[[nodiscard]] bool range_applies(const Headers& headers, const Validators& current,
                                 std::int64_t now);

}  // namespace weir::http
