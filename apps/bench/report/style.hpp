// report.css, inside the program.
#pragma once

#include <string_view>

namespace weir::bench::html {

std::string_view style();

}  // namespace weir::bench::html
