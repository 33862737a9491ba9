// The flags of a program: said once as data, then parsed, explained by --help, and complained about
// in one line. CLI11 takes the command line apart; flags.cpp alone knows it, for it is slow to
// compile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/core/task.hpp"

namespace weir::app {

/// The exit code after a command line that is wrong.
inline constexpr int wrong_usage = 2;

/// A flag with a value: "--name VALUE" or "--name=VALUE". Without a placeholder it is a switch.
struct Flag {
  std::string name;         // "--backend"
  std::string placeholder;  // "NAME": its value in --help
  std::string help;         // a few words
  std::string fallback;     // the value when it is not given; shown by --help
  /// Takes the value, or the fallback. An error says what would be right, or all: a message that
  /// has the value in single quotes is shown from behind that value on.
  UniqueFunction<Status(std::string_view value)> take;
  bool repeatable = false;
};

/// A flag without a value: `on` says whether it is there.
[[nodiscard]] Flag switch_flag(std::string name, std::string help, bool& on);

/// An argument without a name, known by its place; the required ones come first.
struct Positional {
  std::string name;  // "ENDPOINT": in --help and in complaints
  std::string help;
  bool required = true;
  /// As Flag::take; not called for an argument that is not there.
  UniqueFunction<Status(std::string_view value)> take;
};

/// What a program takes on its command line.
struct CommandLine {
  std::vector<Flag>& flags;
  std::vector<Positional> positionals{};
};

/// What --help and --version say beside the flags.
struct ProgramText {
  std::string name;     // "weir-echo"
  std::string version;  // "0.1.0"
  std::string purpose;  // one sentence
  std::string example;  // a command line
};

/// Gives every flag its value. Answers nothing when the program is to go on, else its exit status:
/// 0 after --help or --version on standard output, 2 after one line on standard error.
[[nodiscard]] std::optional<int> parse_flags(const ProgramText& text, CommandLine line, int argc,
                                             const char* const* argv);

}  // namespace weir::app
