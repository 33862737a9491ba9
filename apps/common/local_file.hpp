// The mode and the owner of a Unix socket's file, as a person writes them.
#pragma once

#include <string_view>

#include "weir/core/error.hpp"
#include "weir/io/event_loop.hpp"

namespace weir::app {

/// Octal: "660", "0600". Nothing for an empty text.
[[nodiscard]] Status store_mode(std::string_view text, LocalFileOptions& into);
/// "www-data", "www-data:adm", ":adm", "33:4". Nothing for an empty text.
[[nodiscard]] Status store_owner(std::string_view text, LocalFileOptions& into);

}  // namespace weir::app
