// What the benches beside weir-bench share: numbers as flags, commands, and the ratio of two.
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

double median(std::vector<double> values);  // not empty

// "B/A 1.050 (median of 5 rounds, 1.020 to 1.100)" and the end of the line.
std::string ratio_line(const std::vector<double>& ratios);

}  // namespace weir::bench
