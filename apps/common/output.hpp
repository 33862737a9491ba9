// What a program says on its standard output and standard error, line by line.
// Written at once, without a buffer of ours. That nobody reads any more is no reason to end a
// server: what cannot be written is dropped.
#pragma once

#include <string_view>

namespace weir::app {

/// To standard output.
void print(std::string_view text);

/// To standard error.
void print_error(std::string_view text);

/// One line on standard error: "<program>: <message>". Control characters, which only a flag's
/// value can have brought in, are shown as \xHH, so that it stays one line.
void complain(std::string_view program, std::string_view message);

}  // namespace weir::app
