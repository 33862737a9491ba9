// The log of every program: spdlog, to standard error. Its one translation unit is log.cpp.
#pragma once

#include "weir/core/log.hpp"

namespace weir::app {

/// Lines of `level` and above, each as "<UTC time> <level> <line>". Safe from all threads.
[[nodiscard]] Log make_log(LogLevel level);

}  // namespace weir::app
