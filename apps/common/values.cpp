#include "common/values.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <system_error>

namespace weir::app {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t worth;
};

constexpr Unit sizes[] = {{"", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}};
constexpr Unit times[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
constexpr std::uint64_t longest_time = std::uint64_t{365} * 24 * 3'600'000;

/// A number and one of `units`, multiplied; nothing for anything else, and for an overflow.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name(stopped, static_cast<std::size_t>(end - stopped));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.worth) return std::nullopt;
    return number * unit.worth;
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t low, std::uint64_t high) {
  constexpr Unit plain[] = {{"", 1}};
  const auto number = parse_quantity(text, plain);
  if (number.has_value() && *number >= low && *number <= high) return *number;
  return Error{"expected a number from " + std::to_string(low) + " to " + std::to_string(high)};
}

Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t high) {
  const auto bytes = parse_quantity(text, sizes);
  if (bytes.has_value() && *bytes >= 1 && *bytes <= high) return *bytes;
  return Error{"expected bytes from 1 to " + std::to_string(high) +
               ", such as 65536, 64KiB or 1MiB"};
}

Result<Duration> parse_duration(std::string_view text) {
  const auto milliseconds = parse_quantity(text, times);
  if (milliseconds.has_value() && *milliseconds <= longest_time) {
    return Duration(std::chrono::milliseconds(*milliseconds));
  }
  return Error{"expected a time from 0 to 8760h, such as 500ms, 10s, 5m or 1h"};
}

}  // namespace weir::app
