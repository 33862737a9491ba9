#include "weir/routing/json_value.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "weir/session/failure.hpp"

namespace weir {

namespace {

using Value = nlohmann::json;

constexpr std::size_t longest_cause = 150;
constexpr std::size_t longest_name = 40;

/// 2^63 and 2^64 are the first doubles that the types do not hold.
constexpr double above_signed = 9223372036854775808.0;
constexpr double above_unsigned = 18446744073709551616.0;

bool is_whole(double number) { return std::trunc(number) == number; }

/// As a number of 64 bits, where it is one.
std::optional<std::int64_t> as_signed(const Value& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (std::in_range<std::int64_t>(number)) return static_cast<std::int64_t>(number);
  } else if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  } else if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (is_whole(number) && number >= -above_signed && number < above_signed) {
      return static_cast<std::int64_t>(number);
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> as_unsigned(const Value& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (number >= 0) return static_cast<std::uint64_t>(number);
  } else if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (is_whole(number) && number >= 0 && number < above_unsigned) {
      return static_cast<std::uint64_t>(number);
    }
  }
  return std::nullopt;
}

[[noreturn]] void refuse_number(const Value& value, const JsonPlace& place,
                                std::string_view bounds) {
  const bool whole = value.is_number() && is_whole(value.get<double>());
  refuse_json(place, whole ? "expected a whole number " + std::string(bounds)
                           : std::string("expected a whole number"));
}

}  // namespace

void refuse_json(const JsonPlace& place, std::string_view why) {
  std::string message = place.name.empty() ? "parameter " + std::to_string(place.index + 1)
                                           : text::printable(place.name, longest_name);
  message += ": " + text::printable(why, longest_cause);
  throw Refusal(Failure{.kind = FailureKind::invalid_arguments, .message = std::move(message)});
}

std::int64_t read_json_signed(const Value& value, const JsonPlace& place, std::int64_t least,
                              std::int64_t most) {
  const std::optional<std::int64_t> number = as_signed(value);
  if (number && *number >= least && *number <= most) return *number;
  refuse_number(value, place, "from " + std::to_string(least) + " to " + std::to_string(most));
}

std::uint64_t read_json_unsigned(const Value& value, const JsonPlace& place, std::uint64_t most) {
  const std::optional<std::uint64_t> number = as_unsigned(value);
  if (number && *number <= most) return *number;
  refuse_number(value, place, "from 0 to " + std::to_string(most));
}

double read_json_double(const Value& value, const JsonPlace& place, double most) {
  if (!value.is_number()) refuse_json(place, "expected a number");
  const auto number = value.get<double>();
  if (std::abs(number) > most) refuse_json(place, "the number is too large");
  return number;
}

std::string& read_json_string(Value& value, const JsonPlace& place) {
  if (!value.is_string()) refuse_json(place, "expected a string");
  return value.get_ref<std::string&>();
}

bool has_risky_numbers(const Value& value) {
  // Every type of whole numbers holds these.
  constexpr std::uint64_t harmless = 127;
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() > harmless;
  if (value.is_number() || value.is_boolean()) return true;
  return value.is_structured() && std::any_of(value.begin(), value.end(), [](const Value& inner) {
           return has_risky_numbers(inner);
         });
}

bool keeps_numbers(const Value& before, const Value& now) {
  if (now.is_number_integer()) {
    // A number that was made of a text, say, is its application's affair.
    if (!before.is_number() && !before.is_boolean()) return true;
    const bool negative = !now.is_number_unsigned() && now.get<std::int64_t>() < 0;
    return negative ? as_signed(before) == as_signed(now) : as_unsigned(before) == as_unsigned(now);
  }
  if (now.is_array() && before.is_array()) {
    const std::size_t both = std::min(now.size(), before.size());
    for (std::size_t i = 0; i < both; ++i) {
      if (!keeps_numbers(before[i], now[i])) return false;
    }
  } else if (now.is_object() && before.is_object()) {
    for (const auto& [name, value] : now.items()) {
      const auto there = before.find(name);
      if (there != before.end() && !keeps_numbers(*there, value)) return false;
    }
  }
  return true;
}

void append_json_string(std::string& output, std::string_view text) {
  const auto plain = [](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x20 && code < 0x7f && byte != '"' && byte != '\\';
  };
  if (!std::all_of(text.begin(), text.end(), plain)) {
    return append_json_document(output, Value(text));
  }
  output += '"';
  output += text;
  output += '"';
}

void append_json_document(std::string& output, const Value& value) { output += value.dump(); }

}  // namespace weir
