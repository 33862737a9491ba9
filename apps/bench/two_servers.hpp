// What the benches beside weir-bench share: numbers as flags, and commands.
//
//     PROGRAM [--FLAG NUMBER]... COMMAND_A -- COMMAND_B
//     PROGRAM [--FLAG NUMBER]... COMMAND
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::bench {

struct NumberFlag {
  std::string_view name;  // with its dashes
  unsigned* value;        // from 1
  unsigned most;
};

using TwoCommands = std::array<std::vector<std::string>, 2>;

// Set the values of the flags that are there. Throw Failure that says what is wrong.
std::vector<std::string> parse_command(const std::vector<std::string>& arguments,
                                       std::span<const NumberFlag> flags);
TwoCommands parse_two_commands(const std::vector<std::string>& arguments,
                               std::span<const NumberFlag> flags);

}  // namespace weir::bench
