// What INFO says of the journal.
#pragma once

#include <string>

#include "kv/journal.hpp"

namespace weir::kv {

/// Lines "aof_enabled:1", each with CRLF, under redis-server's names.
void append_persistence(const JournalFigures& figures, bool keeps, std::string& output);

}  // namespace weir::kv
