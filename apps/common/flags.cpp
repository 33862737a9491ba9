#include "common/flags.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "common/output.hpp"

namespace weir::app {

namespace {

constexpr std::size_t longest_value = 100;  // of one that is shown

std::string in_quotes(std::string_view value) {
  std::string text = "'";
  text.append(value.substr(0, longest_value)).append(value.size() > longest_value ? "...'" : "'");
  return text;
}

/// "endpoint 'x': no port" is a whole sentence where it comes from; behind "--listen 'x': " its
/// second half is enough.
std::string_view behind_value(std::string_view message, std::string_view value) {
  const std::string subject = "'" + std::string(value) + "'";
  const auto at = message.find(subject);
  if (at == std::string_view::npos) return message;
  const auto rest = message.find_first_not_of(":; ", at + subject.size());
  return rest == std::string_view::npos ? message : message.substr(rest);
}

std::string list_of(const std::vector<Flag>& flags) {
  std::string names;
  for (const Flag& flag : flags) names.append(flag.name).append(", ");
  return names + "--version or --help";
}

/// "ENDPOINT METHOD [PARAMS]", or that there are none.
std::string list_of(const std::vector<Positional>& positionals) {
  std::string names;
  for (const Positional& each : positionals) {
    names.append(names.empty() ? "" : " ");
    names.append(each.required ? each.name : "[" + each.name + "]");
  }
  return names.empty() ? "flags only" : names;
}

std::string unknown_argument(std::string argument, const CommandLine& line) {
  if (!argument.starts_with('-')) {
    return "unexpected argument " + in_quotes(argument) + ": expected " +
           list_of(line.positionals) + ", see --help";
  }
  argument.resize(std::min(argument.size(), argument.find('=')));
  return "unknown flag " + in_quotes(argument) + ": expected " + list_of(line.flags);
}

/// Lets a flag or a positional take its value. Empty when all is well.
template <class Argument>
std::string take_value(Argument& argument, const std::string& value) {
  const Status taken = argument.take(value);
  if (taken.ok()) return {};
  return argument.name + " " + in_quotes(value) + ": " +
         std::string(behind_value(taken.error().message, value));
}

std::string take_values(Flag& flag, const std::vector<std::string>& values) {
  if (values.size() > 1 && !flag.repeatable) {
    return flag.name + ": given " + std::to_string(values.size()) + " times: expected once";
  }
  for (const std::string& value : values) {
    if (std::string mistake = take_value(flag, value); !mistake.empty()) return mistake;
  }
  return {};
}

std::string take_positionals(CommandLine& line, const std::vector<CLI::Option*>& options) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    Positional& positional = line.positionals[i];
    const std::vector<std::string> values = options[i]->results();
    if (values.empty()) {
      if (!positional.required) continue;
      return positional.name + " is missing: expected " + list_of(line.positionals) +
             ", see --help";
    }
    if (std::string mistake = take_value(positional, values.front()); !mistake.empty()) {
      return mistake;
    }
  }
  return {};
}

/// Only the last argument can lack its value: any other takes the next one.
std::string missing_value(const std::string& argument, const std::vector<Flag>& flags) {
  std::string text = argument + ": the value is missing";
  for (const Flag& flag : flags) {
    if (flag.name == argument) text.append(": expected " + argument + " " + flag.placeholder);
  }
  return text + ", see --help";
}

/// What CLI11 takes: the last argument first. It would read the flag behind "--name=" as its value,
/// so such an argument becomes two, the second one empty.
std::vector<std::string> backwards(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      arguments.emplace_back();
      argument.pop_back();
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

}  // namespace

Flag switch_flag(std::string name, std::string help, bool& on) {
  return {std::move(name), "", std::move(help), "", [&on](std::string_view value) -> Status {
            on = value == "true";
            if (on || value.empty()) return {};
            return Error{"it takes no value"};
          }};
}

std::optional<int> parse_flags(const ProgramText& text, CommandLine line, int argc,
                               const char* const* argv) {
  std::vector<Flag>& flags = line.flags;
  const auto refuse = [&text](const std::string& why) {
    complain(text.name, why);
    return wrong_usage;
  };

  CLI::App parser(text.purpose, text.name);
  parser.set_help_flag("-h,--help", "print this text");
  parser.set_version_flag("--version", text.name + " " + text.version, "print the version");
  parser.get_formatter()->column_width(34);
  parser.footer("Example:\n  " + text.example);
  const auto keep = [](const CLI::results_t&) { return true; };
  std::vector<CLI::Option*> positionals;
  for (const Positional& positional : line.positionals) {
    // Otherwise "[1,2]" would be taken for a list of two values.
    positionals.push_back(parser.add_option(positional.name, keep, positional.help)
                              ->allow_extra_args(false)
                              ->option_text(" "));
  }
  std::vector<CLI::Option*> options;
  for (const Flag& flag : flags) {
    std::string help = flag.help;
    if (!flag.fallback.empty()) {
      help.append(" (").append(flag.fallback).append(flag.repeatable ? "; repeatable)" : ")");
    }
    if (flag.placeholder.empty()) {
      options.push_back(parser.add_flag(flag.name, std::as_const(help)));
      continue;
    }
    options.push_back(parser.add_option(flag.name, keep, help)
                          ->option_text(flag.placeholder)
                          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
  }

  try {
    parser.parse(backwards(argc, argv));
  } catch (const CLI::CallForHelp&) {
    print(parser.help());
    return 0;
  } catch (const CLI::CallForVersion&) {
    print(text.name + " " + text.version + "\n");
    return 0;
  } catch (const CLI::ExtrasError&) {
    return refuse(unknown_argument(parser.remaining().front(), line));
  } catch (const CLI::ArgumentMismatch&) {
    return refuse(missing_value(argv[argc - 1], flags));
  } catch (const CLI::ParseError& error) {
    return refuse(error.what());
  }

  if (const std::string mistake = take_positionals(line, positionals); !mistake.empty()) {
    return refuse(mistake);
  }
  for (std::size_t i = 0; i < flags.size(); ++i) {
    std::vector<std::string> values = options[i]->results();
    if (values.empty()) values.push_back(flags[i].fallback);
    if (const std::string mistake = take_values(flags[i], values); !mistake.empty()) {
      return refuse(mistake);
    }
  }
  return std::nullopt;
}

}  // namespace weir::app
