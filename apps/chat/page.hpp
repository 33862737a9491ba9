// The files of page/, as they are: cmake/embed.cmake makes the source behind this of them.
#pragma once

#include <string_view>

namespace weir::chat::page {

[[nodiscard]] std::string_view html();
[[nodiscard]] std::string_view style();
[[nodiscard]] std::string_view script();
[[nodiscard]] std::string_view link();
[[nodiscard]] std::string_view view();
[[nodiscard]] std::string_view icon();

}  // namespace weir::chat::page
