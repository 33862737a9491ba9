// Numbers as commands take and answer them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::kv {

/// `a + b`; nothing when it does not fit.
[[nodiscard]] std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b);
/// A number with a fraction, infinite or not, without spaces; nothing for anything else.
[[nodiscard]] std::optional<long double> parse_real(std::string_view text);
/// Up to 17 digits behind the point and no zeros at their end, as redis-server writes it.
[[nodiscard]] std::string real_text(long double value);

/// A range of `size` elements as commands give it: from `first` to `last`, below zero from the end.
struct Span {
  std::size_t first;
  std::size_t count;
};
[[nodiscard]] Span span_of(std::int64_t first, std::int64_t last, std::size_t size);

}  // namespace weir::kv
