#include "weir/http/range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "http/bytes.hpp"
#include "weir/http/headers.hpp"
#include "weir/http/tokens.hpp"

namespace weir::http {

namespace {

/// A number of digits alone; one that is too large is as large as it gets.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), bytes::is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc()) return value;
  return std::numeric_limits<std::uint64_t>::max();
}

/// What `spec` asks for of `size` bytes; with no size where it asks for none of them. nullopt where
/// it is mistaken.
std::optional<ByteRange> range_of(std::string_view spec, std::uint64_t size) {
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view last_text = spec.substr(dash + 1);
  const auto last = number(last_text);
  if (dash == 0) {
    if (!last.has_value()) return std::nullopt;
    const std::uint64_t count = std::min(*last, size);
    return ByteRange{size - count, count};
  }
  const auto first = number(spec.substr(0, dash));
  if (!first.has_value() || (!last_text.empty() && !last.has_value())) return std::nullopt;
  if (last.has_value() && *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{};
  const std::uint64_t end = last.has_value() && *last < size - 1 ? *last + 1 : size;
  return ByteRange{*first, end - *first};
}

bool overlap(const ByteRange& one, const ByteRange& other) {
  return one.offset < other.offset + other.size && other.offset < one.offset + one.size;
}

}  // namespace

Ranges parse_ranges(std::string_view value, std::uint64_t size) {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos || !same_name(value.substr(0, equals), "bytes")) return {};
  Ranges ranges;
  std::size_t asked = 0;
  ListReader reader(value.substr(equals + 1));
  while (const auto spec = reader.next()) {
    const auto range = range_of(*spec, size);
    if (!range.has_value() || ++asked > Ranges::most) return {};
    if (range->size == 0) continue;
    for (const ByteRange& other : ranges.list()) {
      if (overlap(*range, other)) return {};
    }
    ranges.list_[ranges.count_++] = *range;
  }
  if (asked == 0) return {};
  ranges.kind_ = ranges.count_ == 0 ? Ranges::Kind::unsatisfiable : Ranges::Kind::parts;
  return ranges;
}

std::string content_range(ByteRange range, std::uint64_t size) {
  std::string text = "bytes ";
  text.append(std::to_string(range.offset)).append("-");
  text.append(std::to_string(range.offset + range.size - 1)).append("/");
  return text.append(std::to_string(size));
}

std::string content_range_of_none(std::uint64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace weir::http
