// A file that is written anew and never half: whoever has it open, or looks after a failure, finds
// the old one or the new one whole.
//
//   PATH.1234.part  <-- the content, until it is on the disk;  then it is renamed to PATH
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace weir::bench {

// No error, or why `path` is as it was before. A link stays one, and the mode of a file that is
// replaced stays. What is no file but a pipe or a device is written to as it is.
[[nodiscard]] std::error_code replace_file(const std::string& path, std::string_view content);

// No error, or why replace_file() cannot succeed: to be asked before an hour of work.
[[nodiscard]] std::error_code check_replaceable(const std::string& path);

}  // namespace weir::bench
