// AnyFraming: one of weir's framings, chosen when the program runs. Layer: framing.
// Costs a jump a frame; a program that knows its framing says so in its type instead.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

#include "weir/framing/content_length.hpp"
#include "weir/framing/delimiter.hpp"
#include "weir/framing/fixed.hpp"
#include "weir/framing/framing.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

namespace weir {

template <class F>
concept KnownFraming = std::same_as<F, RawFraming> || std::same_as<F, LineFraming> ||
    std::same_as<F, DelimiterFraming> || std::same_as<F, FixedFraming> ||
    std::same_as<F, LengthPrefixFraming> || std::same_as<F, ContentLengthFraming>;

/// A value, copied with its state; itself a Framing.
class AnyFraming {
 public:
  template <KnownFraming F>
  AnyFraming(F framing) : framing_(std::move(framing)) {}

  /// For those that have a limit of their own to set.
  void set_default_max(std::size_t max);
  [[nodiscard]] Decoded decode(std::string_view input);
  Status encode(std::string_view message, Buffer& output) const;

 private:
  std::variant<RawFraming, LineFraming, DelimiterFraming, FixedFraming, LengthPrefixFraming,
               ContentLengthFraming>
      framing_;
};

}  // namespace weir
