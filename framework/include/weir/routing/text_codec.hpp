// TextCodec: handlers of plain bytes. Layer: routing.
// A handler takes the payload as a std::string_view or a std::string, or nothing; it returns
// nothing, what converts to std::string_view, or a std::optional of that.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "weir/routing/context.hpp"

namespace weir {

template <class V>
inline constexpr bool is_text = std::convertible_to<const V&, std::string_view>;
template <class V>
inline constexpr bool is_text<std::optional<V>> = is_text<V>;

struct TextCodec {
  template <class T, std::size_t count>
  static constexpr bool takes = count == 1 &&
                                (std::same_as<T, std::string_view> || std::same_as<T, std::string>);
  static constexpr bool lends = true;
  static constexpr std::optional<std::string_view> nothing{};

  template <class T>
  static T argument(Context& context, std::size_t, std::size_t) {
    return T(context.payload());
  }

  static void no_arguments(Context&) {}

  template <class V>
  static constexpr bool says = is_text<V>;

  template <class V, class Answer>
  static void say(const V& value, std::string& scratch, Answer answer) {
    if constexpr (std::convertible_to<const V&, std::string_view>) {
      answer(value);
    } else if (value.has_value()) {
      say(*value, scratch, answer);
    }
  }
};

}  // namespace weir
