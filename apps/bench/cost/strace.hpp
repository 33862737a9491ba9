// What strace -c writes, read.
#pragma once

#include <string_view>

#include "cost/tool.hpp"

namespace weir::bench {

// The column "calls" of its table, by name. Throws Failure at a line that is none of the table.
Counts calls_in(std::string_view table);

}  // namespace weir::bench
