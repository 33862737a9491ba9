// What bounds the client's memory, whoever asks for a load: the flags, or a file.
#pragma once

#include "options.hpp"

namespace weir::bench {

// Throws Failure that says which flags ask for too much of it.
void check_limits(const LoadOptions& load);

}  // namespace weir::bench
