// The command line. The only place that knows CLI11, which is slow to compile.
#pragma once

#include <variant>

#include "options.hpp"

namespace weir::bench {

// Help was printed (0), or one line on standard error said what is wrong with the flags (2).
struct Exit {
  int status;
};

using Invocation = std::variant<Exit, LoadOptions, IdleOptions, PairOptions, CompareOptions,
                                ReportOptions, DiffOptions, CostOptions>;

Invocation parse_flags(int argc, char** argv);

}  // namespace weir::bench
