// What a person chooses by name: a framing, a backend. For flags that several programs have.
#pragma once

#include <string>
#include <string_view>

#include "common/flags.hpp"
#include "weir/core/error.hpp"
#include "weir/framing/any.hpp"

namespace weir::app {

/// One of backends(). The error lists them.
[[nodiscard]] Result<std::string> parse_backend(std::string_view name);

struct FramingChoice {
  AnyFraming framing;
  std::string name{};  // as it was written
};

/// "--framing FRAMING", taken into `choice`, which outlives the flag. `known` is for --help.
[[nodiscard]] Flag framing_flag(FramingChoice& choice, std::string known, std::string fallback);

}  // namespace weir::app
