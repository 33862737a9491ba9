// Values of C++ as JSON and back, for handlers. Layer: routing.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
//
// What a type is in JSON is nlohmann's business: its own types, and those of an application with
// from_json and to_json or the macros NLOHMANN_DEFINE_TYPE_*. One thing is stricter here: nlohmann
// makes an int of 1.5, of 1e10 and of true; read_json refuses what is not the number it becomes.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir {

/// Which argument is read, for the words of an error: "x", or "parameter 2" without a name.
struct JsonPlace {
  std::string_view name;
  std::size_t index = 0;
};

/// Throws a Refusal of kind invalid_arguments: "x: expected a number", in at most 200 bytes.
[[noreturn]] void refuse_json(const JsonPlace& place, std::string_view why);

/// A number without a fraction within the limits, however it is written: 2, 2.0 and 2e0 are one.
[[nodiscard]] std::int64_t read_json_signed(const nlohmann::json& value, const JsonPlace& place,
                                            std::int64_t least, std::int64_t most);
[[nodiscard]] std::uint64_t read_json_unsigned(const nlohmann::json& value, const JsonPlace& place,
                                               std::uint64_t most);
/// A number of at most that size.
[[nodiscard]] double read_json_double(const nlohmann::json& value, const JsonPlace& place,
                                      double most);
[[nodiscard]] std::string& read_json_string(nlohmann::json& value, const JsonPlace& place);

/// Does `value` hold what a whole number of a small type may not be able to say?
[[nodiscard]] bool has_risky_numbers(const nlohmann::json& value);
/// Is every whole number of `now`, which was made of `before`, the same there?
[[nodiscard]] bool keeps_numbers(const nlohmann::json& before, const nlohmann::json& now);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_json_readable = std::same_as<T, std::string_view> ||
                                         std::same_as<T, nlohmann::json> ||
                                         requires(const nlohmann::json& value) {
  { value.template get<T>() } -> std::same_as<T>;
};
template <class T>
inline constexpr bool is_json_readable<std::optional<T>> = is_json_readable<T>;

template <class V>
inline constexpr bool is_json_writable = std::constructible_from<nlohmann::json, const V&>;
template <class V>
inline constexpr bool is_json_writable<std::optional<V>> = is_json_writable<V>;

/// The value as a T; throws a Refusal of kind invalid_arguments. Strings and documents are moved
/// out of it; a std::string_view refers to it.
///
/// A T that is no plain number is checked as well, where to_json can make JSON of it again: each
/// whole number that it has must be the one that came. So the two ways are to agree.
template <class T>
[[nodiscard]] T read_json(nlohmann::json& value, const JsonPlace& place) {
  if constexpr (is_optional<T>) {
    if (value.is_null()) return std::nullopt;
    return read_json<typename T::value_type>(value, place);
  } else if constexpr (std::same_as<T, nlohmann::json>) {
    return std::move(value);
  } else if constexpr (std::same_as<T, bool>) {
    if (!value.is_boolean()) refuse_json(place, "expected true or false");
    return value.template get<bool>();
  } else if constexpr (std::signed_integral<T>) {
    using Of = std::numeric_limits<T>;
    return static_cast<T>(read_json_signed(value, place, Of::min(), Of::max()));
  } else if constexpr (std::unsigned_integral<T>) {
    return static_cast<T>(read_json_unsigned(value, place, std::numeric_limits<T>::max()));
  } else if constexpr (std::floating_point<T>) {
    return static_cast<T>(
        read_json_double(value, place, static_cast<double>(std::numeric_limits<T>::max())));
  } else if constexpr (std::same_as<T, std::string>) {
    return std::move(read_json_string(value, place));
  } else if constexpr (std::same_as<T, std::string_view>) {
    return read_json_string(value, place);
  } else {
    try {
      const nlohmann::json& source = value;
      T made = source.template get<T>();
      if constexpr (is_json_writable<T>) {
        if (has_risky_numbers(source) && !keeps_numbers(source, nlohmann::json(made))) {
          refuse_json(place, "a number does not fit");
        }
      }
      return made;
    } catch (const nlohmann::json::exception& mistake) {
      // "[json.exception.out_of_range.403] key 'x' not found"
      const std::string_view what = mistake.what();
      refuse_json(place, what.substr(what.find("] ") + 2));
    }
  }
}

/// Appends `text` as a JSON string. Throws nlohmann's type_error where it is no UTF-8.
void append_json_string(std::string& output, std::string_view text);
/// Appends the document, compact. Throws nlohmann's type_error where a string is no UTF-8.
void append_json_document(std::string& output, const nlohmann::json& value);

/// Appends what to_json makes of `value`; null for a std::optional without one. Throws what
/// to_json throws, and as above.
template <class V>
void append_json(std::string& output, const V& value) {
  if constexpr (std::same_as<V, bool>) {
    output += value ? "true" : "false";
  } else if constexpr (std::integral<V>) {
    char digits[std::numeric_limits<std::uint64_t>::digits10 + 3];
    output.append(digits, std::to_chars(digits, digits + sizeof(digits), +value).ptr);
  } else if constexpr (is_optional<V>) {
    if (value.has_value()) return append_json(output, *value);
    output += "null";
  } else if constexpr (std::convertible_to<const V&, std::string_view> &&
                       !std::same_as<V, nlohmann::json> && !std::is_null_pointer_v<V>) {
    append_json_string(output, value);
  } else if constexpr (std::same_as<V, nlohmann::json>) {
    append_json_document(output, value);
  } else {
    append_json_document(output, nlohmann::json(value));
  }
}

}  // namespace weir
