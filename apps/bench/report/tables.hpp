// The numbers under each chart, and how to get them again.
#pragma once

#include <string>

#include "compare/comparison.hpp"

namespace weir::bench::html {

// Every figure of a row, in a box that scrolls by itself; `id` names the table.
std::string numbers_table(const Row& row, const std::string& id);

// The command that repeats the row, and those that the contestants were started with.
std::string commands(const Row& row);

// A command to copy: one click selects all of it.
std::string command_box(const std::string& command);

// Why contestants have no result or were not measured; empty where all have one.
std::string notes(const std::vector<const Row*>& rows);

}  // namespace weir::bench::html
