#include "two_servers.hpp"

#include <algorithm>
#include <stdexcept>

#include "failure.hpp"

namespace weir::bench {
namespace {

unsigned number(const std::string& text, unsigned most) {
  std::size_t used = 0;
  unsigned long value = 0;
  try {
    value = std::stoul(text, &used);
  } catch (const std::logic_error&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || value == 0 || value > most) {
    throw Failure("'" + text + "' is no number from 1 to " + std::to_string(most));
  }
  return static_cast<unsigned>(value);
}

std::string usage(std::span<const NumberFlag> flags, const char* commands) {
  std::string text = "expected ";
  for (const NumberFlag& flag : flags) text.append("[").append(flag.name).append(" N] ");
  return text + commands;
}

// How many of the arguments are flags and their values.
std::size_t parse_flags(const std::vector<std::string>& arguments,
                        std::span<const NumberFlag> flags, const std::string& usage_text) {
  std::size_t i = 0;
  for (; i + 1 < arguments.size() && arguments[i].starts_with("--"); i += 2) {
    const auto flag = std::ranges::find(flags, arguments[i], &NumberFlag::name);
    if (flag == flags.end()) throw Failure("unknown flag " + arguments[i] + ", " + usage_text);
    *flag->value = number(arguments[i + 1], flag->most);
  }
  if (i == arguments.size()) throw Failure(usage_text);
  return i;
}

}  // namespace

std::vector<std::string> parse_command(const std::vector<std::string>& arguments,
                                       std::span<const NumberFlag> flags) {
  const std::size_t begin = parse_flags(arguments, flags, usage(flags, "COMMAND"));
  return {arguments.begin() + static_cast<std::ptrdiff_t>(begin), arguments.end()};
}

TwoCommands parse_two_commands(const std::vector<std::string>& arguments,
                               std::span<const NumberFlag> flags) {
  const std::string usage_text = usage(flags, "COMMAND_A -- COMMAND_B");
  TwoCommands commands;
  std::size_t which = 0;
  for (std::size_t i = parse_flags(arguments, flags, usage_text); i < arguments.size(); ++i) {
    if (arguments[i] == "--" && which == 0) {
      which = 1;
    } else {
      commands[which].push_back(arguments[i]);
    }
  }
  if (commands[0].empty() || commands[1].empty()) throw Failure(usage_text);
  return commands;
}

}  // namespace weir::bench
