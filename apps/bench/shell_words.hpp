// What a person types into a shell.
#pragma once

#include <string>
#include <vector>

namespace weir::bench {

// Words that a shell would take for something else are quoted.
std::string shell_words(const std::vector<std::string>& command);

// A number in as few digits as give it back.
std::string exact(double value);

}  // namespace weir::bench
