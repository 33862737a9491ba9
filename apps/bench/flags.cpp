// One function a group of flags; what CLI11 cannot check itself is checked after it.
#include "flags.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <sstream>
#include <string_view>
#include <utility>

#include "client/script.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::string_view before_commands = "--";
constexpr std::string_view between_commands = "---";
constexpr std::size_t most_commands = 26;  // they are called by letters

// CLI::Range lets "nan" pass.
CLI::Validator between(double low, double high) {
  std::ostringstream words;
  words << low << " to " << high;
  const auto range = words.str();
  const auto check = [=](const std::string& text) -> std::string {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == end;
    return is_number && value >= low && value <= high ? "" : text + " is not in " + range;
  };
  return CLI::Validator{check, range};
}

// What cannot be parsed straight into an option.
struct Words {
  std::string to;
  std::string protocol = "raw";
  double seconds = 2;
  double warmup = 0.5;
};

// CLI11 never sees the commands of `pair`: their flags are not ours.
std::vector<std::vector<std::string>> split_commands(int& argc, char** argv) {
  std::vector<std::vector<std::string>> commands;
  auto* const end = argv + argc;
  auto* const start = std::find(argv, end, before_commands);
  if (argc < 2 || std::string_view{argv[1]} != "pair" || start == end) return commands;
  argc = static_cast<int>(start - argv);
  commands.emplace_back();
  for (auto* word = start + 1; word != end; ++word) {
    if (*word == between_commands) {
      commands.emplace_back();
    } else {
      commands.back().emplace_back(*word);
    }
  }
  return commands;
}

void add_target(CLI::App& app, Words& words, pid_t& pid, bool pid_required) {
  app.add_option("--to", words.to, "the server: tcp://127.0.0.1:7000; loopback only")->required();
  app.add_option("--server-pid", pid, "the server's process, to read its CPU or memory from")
      ->check(CLI::PositiveNumber)
      ->required(pid_required);
}

void add_shape(CLI::App& app, Words& words, LoadOptions& load) {
  app.add_option("--protocol", words.protocol,
                 "raw; length:4 (big-endian, before a payload); json-rpc (calls, and so length:4)")
      ->check(CLI::IsMember({"raw", "length:4", "json-rpc"}))
      ->capture_default_str();
  app.add_option("--connections", load.connections, "connections")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  app.add_option("--size", load.size, "bytes of one payload; a call of json-rpc has its own")
      ->check(CLI::Range(std::size_t{1}, max_size))
      ->capture_default_str();
  app.add_option("--depth", load.depth, "messages that each connection keeps in flight")
      ->check(CLI::Range(1, 65'536))
      ->capture_default_str();
  app.add_option("--threads", load.threads, "threads of the client")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  auto* seconds = app.add_option("--seconds", words.seconds, "how long to measure")
                      ->check(between(0.01, 3600))
                      ->capture_default_str();
  app.add_option("--messages", load.messages, "or how many messages to measure")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
      ->excludes(seconds);
  app.add_option("--warmup", words.warmup, "seconds of load before that")
      ->check(between(0, 60))
      ->capture_default_str();
}

// The limits that concern more than one flag.
void check_shape(const LoadOptions& load) {
  if (load.threads > load.connections) {
    throw Failure("--threads is more than --connections");
  }
  if (load.messages > 0 && load.messages < load.threads) {
    throw Failure("--messages is less than --threads");
  }
  if ((load.size + 4) * load.depth > max_bytes_in_flight) {
    throw Failure("--size times --depth is more than 64 MiB in flight on a connection");
  }
  if (std::uint64_t{load.connections} * load.depth > max_messages_in_flight) {
    throw Failure("--connections times --depth is more than 1,000,000 messages in flight");
  }
}

void finish_shape(LoadOptions& load, const Words& words) {
  for (const auto protocol : {Protocol::raw, Protocol::length4, Protocol::json_rpc}) {
    if (words.protocol == name_of(protocol)) load.protocol = protocol;
  }
  if (load.protocol == Protocol::json_rpc) load.size = Script::call_size();
  load.seconds = Seconds{words.seconds};
  load.warmup = Seconds{words.warmup};
  check_shape(load);
}

void check_commands(const std::vector<std::vector<std::string>>& commands) {
  const auto is_empty = [](const auto& command) { return command.empty(); };
  if (commands.empty()) throw Failure("pair needs '-- COMMAND_A --- COMMAND_B'");
  if (std::ranges::any_of(commands, is_empty)) throw Failure("one of the commands is empty");
  if (commands.size() > most_commands) throw Failure("pair takes at most 26 commands");
}

Exit refuse(std::string_view why) {
  std::cerr << "weir-bench: " << why.substr(0, why.find('\n')) << " (see --help)\n";
  return {2};
}

}  // namespace

Invocation parse_flags(int argc, char** argv) {
  auto commands = split_commands(argc, argv);
  CLI::App app{"Measures servers on this machine: CPU a message, latency, memory."};
  app.require_subcommand(1);
  Words words;
  LoadOptions load;
  IdleOptions idle;
  PairOptions pair;

  auto* load_app = app.add_subcommand("load", "a closed loop of checked echoes to one server");
  add_target(*load_app, words, load.server_pid, false);
  add_shape(*load_app, words, load);
  load_app->add_flag("--json", load.json, "print JSON");

  auto* idle_app = app.add_subcommand("idle", "user memory of a server's idle connection");
  add_target(*idle_app, words, idle.server_pid, true);
  idle_app->add_option("--connections", idle.connections, "connections, after a first one")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  idle_app->add_flag("--json", idle.json, "print JSON");

  auto* pair_app = app.add_subcommand("pair", "servers in turn, and the ratios of their CPU");
  pair_app->add_option("--rounds", pair.rounds, "loads for each server")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  pair_app
      ->add_option("--max-spread", pair.max_spread,
                   "no result when the ratios spread over more than this share of their median")
      ->check(between(0.001, 10))
      ->capture_default_str();
  pair_app->add_flag("--pin", pair.pin, "servers on CPU 0, the load on CPU 1");
  add_shape(*pair_app, words, pair.load);
  pair_app->add_flag("--json", pair.json, "print JSON");
  pair_app->footer(
      "Then the servers, each of which must print 'listening on tcp://127.0.0.1:PORT':\n"
      "  weir-bench pair --pin -- weir-floor-epoll --- weir-echo --listen tcp://127.0.0.1:0");

  try {
    app.parse(argc, argv);
    if (*load_app) {
      load.to = parse_endpoint(words.to);
      finish_shape(load, words);
      return load;
    }
    if (*idle_app) {
      idle.to = parse_endpoint(words.to);
      return idle;
    }
    check_commands(commands);
    pair.commands = std::move(commands);
    finish_shape(pair.load, words);
    return pair;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return Exit{app.exit(error)};
    return refuse(error.what());
  } catch (const Failure& failure) {
    return refuse(failure.what());
  }
}

}  // namespace weir::bench
