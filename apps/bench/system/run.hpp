// Programs that are run to their end, and where programs are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "system/interrupts.hpp"

namespace weir::bench {

struct Ended {
  int status = 0;          // 0 to 255, or 128 and the number of the signal that ended it
  double cpu_seconds = 0;  // user and system, with what it started and waited for
};

// Runs command[0], found as a shell finds it, with no input and no output, and waits for its end.
// Status 127 when it cannot be started. When a signal interrupts the wait, it and what it
// started are killed first.
Ended run_quietly(const std::vector<std::string>& command, const Interrupts& interrupts);

// Where a shell would find `program`, with folders behind those of the PATH, "a:b".
std::optional<std::string> find_program(const std::string& program, const std::string& more = {});
inline bool is_installed(const std::string& program) { return find_program(program).has_value(); }

// Where weir-bench itself is; its servers are beside it.
std::filesystem::path programs_directory();

}  // namespace weir::bench
