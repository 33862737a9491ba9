// CONFIG: what may be asked and changed while the server runs.
#pragma once

#include "kv/command.hpp"

namespace weir::kv {

/// CONFIG GET | SET | RESETSTAT | REWRITE ...
void config_command(Context& context, const Arguments& arguments);

}  // namespace weir::kv
