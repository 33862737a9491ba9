// INFO and COMMAND: what clients ask about the server.
#pragma once

#include "kv/command.hpp"

namespace weir::kv {

/// INFO [section ...]
void info(Context& context, const Arguments& arguments);
/// COMMAND [COUNT | DOCS | INFO | LIST | GETKEYS ...]
void command_command(Context& context, const Arguments& arguments);

}  // namespace weir::kv
