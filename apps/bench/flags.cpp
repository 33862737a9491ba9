// One function a group of flags; what CLI11 cannot check itself is checked after it.
#include "flags.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include "client/protocols/protocols.hpp"
#include "failure.hpp"
#include "limits.hpp"
#include "shell_words.hpp"

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

// It goes into the first line of a request as it is.
const CLI::Validator path{[](const std::string& text) -> std::string {
                            const auto is_visible = [](char letter) {
                              return letter > ' ' && letter <= '~' && letter != '#';
                            };
                            return text.starts_with('/') && std::ranges::all_of(text, is_visible)
                                       ? ""
                                       : "'" + text + "' is not a path like /index.html";
                          },
                          "PATH"};

// What cannot be parsed straight into an option.
struct Words {
  std::string to;
  std::string protocol = "raw";
  std::string per = "message";
  double seconds = 2;
  double warmup = 0.5;
};

// CLI11 never sees the commands of `pair` and `cost`: their flags are not ours.
std::vector<std::vector<std::string>> split_commands(int& argc, char** argv) {
  std::vector<std::vector<std::string>> commands;
  auto* const end = argv + argc;
  auto* const start = std::find(argv, end, before_commands);
  const std::string_view subcommand = argc < 2 ? "" : argv[1];
  if ((subcommand != "pair" && subcommand != "cost") || start == end) return commands;
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

// What a message is, and how many come at once.
void add_messages(CLI::App& app, Words& words, LoadOptions& load) {
  std::vector<std::string> names;
  std::ranges::transform(all_protocols, std::back_inserter(names), name_of);
  app.add_option("--protocol", words.protocol,
                 "raw, length:4 (big-endian, before a payload) and websocket echo; json-rpc calls "
                 "\"add\" over length:4; resp sets keys and gets them; http gets --path")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  app.add_option("--size", load.size,
                 "bytes of one payload, of resp a value; json-rpc and http have their own")
      ->check(CLI::Range(std::size_t{1}, max_size))
      ->capture_default_str();
  app.add_option("--depth", load.depth, "messages that each connection keeps in flight")
      ->check(CLI::Range(1U, max_depth))
      ->capture_default_str();
}

void add_shape(CLI::App& app, Words& words, LoadOptions& load) {
  add_messages(app, words, load);
  app.add_option("--connections", load.connections, "connections")
      ->check(CLI::Range(1, 20'000))
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
  app.add_option(
         "--warmup", words.warmup,
         "seconds of load before that; a closed loop also waits for an answer on each connection")
      ->check(between(0, 60))
      ->capture_default_str();
}

// When messages and connections come.
void add_pace(CLI::App& app, LoadOptions& load) {
  app.add_option("--rate", load.rate,
                 "messages a second over all connections, due by chance (Poisson) whatever the "
                 "server does; latency counts from then. Without it each answer is followed by "
                 "the next message")
      ->check(between(0.1, max_rate));
  app.add_option("--churn", load.churn,
                 "end each connection in order after so many messages and open another")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
  app.add_option("--idle", load.idle, "further connections, which stay silent")
      ->check(CLI::Range(1U, max_idle));
}

// What only some protocols have.
void add_details(CLI::App& app, LoadOptions& load) {
  app.add_option("--path", load.path, "of http and websocket")->check(path)->capture_default_str();
  app.add_flag("--text", load.text, "websocket: messages of text, not binary");
  app.add_option("--keys", load.keys, "resp: keys that are set and read in turn")
      ->check(CLI::Range(1U, max_keys))
      ->capture_default_str();
  app.add_option("--reads", load.reads, "resp: GETs of a key after each SET of it")
      ->check(CLI::Range(0U, max_reads))
      ->capture_default_str();
}

// A flag that would do nothing is refused.
void check_details(const CLI::App& app, Protocol protocol) {
  const auto refuse_unless = [&](bool has_it, const char* flag) {
    if (app.count(flag) > 0 && !has_it) {
      throw Failure(std::string(flag) + " says nothing to --protocol " + name_of(protocol));
    }
  };
  const bool is_websocket = protocol == Protocol::websocket;
  const bool is_resp = protocol == Protocol::resp;
  const bool is_http = protocol == Protocol::http;
  refuse_unless(is_http || is_websocket, "--path");
  refuse_unless(is_websocket, "--text");
  refuse_unless(is_resp, "--keys");
  refuse_unless(is_resp, "--reads");
  refuse_unless(!is_http && protocol != Protocol::json_rpc, "--size");
}

// The limits that concern more than one flag.
void check_shape(const LoadOptions& load) {
  if (load.threads > load.connections) {
    throw Failure("--threads is more than --connections");
  }
  if (load.messages > 0 && load.messages < load.threads) {
    throw Failure("--messages is less than --threads");
  }
  check_limits(load);
}

void finish_shape(const CLI::App& app, LoadOptions& load, const Words& words) {
  for (const auto protocol : all_protocols) {
    if (words.protocol == name_of(protocol)) load.protocol = protocol;
  }
  if (load.protocol == Protocol::json_rpc) load.size = json_rpc_call_size();
  if (load.protocol == Protocol::http) load.size = 0;
  load.seconds = Seconds{words.seconds};
  load.warmup = Seconds{words.warmup};
  check_details(app, load.protocol);
  check_shape(load);
}

void check_commands(const std::vector<std::vector<std::string>>& commands) {
  const auto is_empty = [](const auto& command) { return command.empty(); };
  if (commands.empty()) throw Failure("the servers are missing: '-- COMMAND_A --- COMMAND_B'");
  if (std::ranges::any_of(commands, is_empty)) throw Failure("one of the commands is empty");
  if (commands.size() > most_commands) throw Failure("there are more than 26 commands");
}

void add_cost(CLI::App& app, Words& words, CostOptions& cost) {
  add_messages(app, words, cost.load);
  add_details(app, cost.load);
  app.add_option("--per", words.per, "message, or connection: opened, a message, closed")
      ->check(CLI::IsMember({"message", "connection"}))
      ->capture_default_str();
  app.add_option("--messages", cost.messages, "messages, or connections, to count")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->capture_default_str();
  auto* budget = app.add_option("--budget", cost.budget,
                                "a file of servers and what they may cost; exit status 1 when one "
                                "costs more, 77 when a tool is missing and none does");
  app.add_flag("--update", cost.update, "write what was counted into that file")->needs(budget);
  app.add_flag("--json", cost.json, "print JSON")->excludes(budget);
  app.footer(
      "Counts with valgrind, strace and a preloaded library; a busy machine changes nothing.\n"
      "Then the servers, each of which must print 'listening on tcp://127.0.0.1:PORT':\n"
      "  weir-bench cost -- weir-floor-epoll --- weir-echo --listen tcp://127.0.0.1:0");
}

void finish_cost(const CLI::App& app, CostOptions& cost, const Words& words,
                 std::vector<std::vector<std::string>> commands) {
  if (cost.budget.empty()) {
    check_commands(commands);
  } else if (!commands.empty()) {
    throw Failure("the servers are those of --budget: there can be no others");
  }
  cost.commands = std::move(commands);
  cost.per = words.per == "message" ? CostUnit::message : CostUnit::connection;
  cost.load.connections = 1;
  finish_shape(app, cost.load, words);
}

void add_compare(CLI::App& app, CompareOptions& compare, double& seconds) {
  app.add_option("suite", compare.suite, "which rows: quick is a few of each suite, full is all")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(all_suites), std::end(all_suites))))
      ->required();
  app.add_option("--rounds", compare.rounds, "for each server in each row (quick 5, else 7)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--seconds", seconds, "of a round (quick 0.25, else 0.7)")
      ->check(between(0.01, 3600));
  app.add_option("--max-spread", compare.max_spread,
                 "no result when the ratios spread over more than this share of their median")
      ->check(between(0.001, 10))
      ->capture_default_str();
  app.add_option("--only", compare.only, "the row of this id, or rows whose ids contain this text");
  app.add_option("--out", compare.out, "NAME.json and NAME.html are written (weir-bench-SUITE)");
  app.add_flag("--list", compare.list, "print the ids of the rows, and measure nothing");
}

void add_report(CLI::App& app, ReportOptions& report) {
  app.add_option("file", report.file, "what compare wrote")->required();
  app.add_option("--out", report.out, "the page (the same name with .html)");
  app.footer("The page stands alone: it asks nobody for anything and runs no script.");
}

void add_diff(CLI::App& app, DiffOptions& diff) {
  app.add_option("a", diff.a, "what compare wrote before")->required();
  app.add_option("b", diff.b, "what it wrote now")->required();
  app.add_option("--threshold", diff.threshold,
                 "share of the median up to which a timed figure, or memory, is the same")
      ->check(between(0, 10))
      ->capture_default_str();
  app.add_flag("--json", diff.json, "print JSON");
  app.footer(
      "A change counts when it is beyond the threshold and the spreads of the rounds do not "
      "overlap.\nTimes are held by their ratios to the base of their row, counts and memory as "
      "they are.\n"
      "Exit status: 0 nothing is worse, 1 something is, 2 bad flags or files.");
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
  CostOptions cost;

  auto* load_app = app.add_subcommand("load", "checked messages to one server, and what they cost");
  add_target(*load_app, words, load.server_pid, false);
  add_shape(*load_app, words, load);
  add_pace(*load_app, load);
  add_details(*load_app, load);
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
  add_pace(*pair_app, pair.load);
  add_details(*pair_app, pair.load);
  pair_app->add_flag("--json", pair.json, "print JSON");
  pair_app->footer(
      "Then the servers, each of which must print 'listening on tcp://127.0.0.1:PORT':\n"
      "  weir-bench pair --pin -- weir-floor-epoll --- weir-echo --listen tcp://127.0.0.1:0");

  CompareOptions compare;
  double compare_seconds = 0;
  auto* compare_app = app.add_subcommand(
      "compare", "weir beside others, in turn on this machine: a file of results");
  add_compare(*compare_app, compare, compare_seconds);

  ReportOptions report;
  auto* report_app = app.add_subcommand("report", "a page of charts of what compare found");
  add_report(*report_app, report);

  DiffOptions diff;
  auto* diff_app =
      app.add_subcommand("diff", "two files of compare: what is worse, better or only noise");
  add_diff(*diff_app, diff);

  auto* cost_app = app.add_subcommand("cost", "what servers do for a message, counted");
  add_cost(*cost_app, words, cost);

  try {
    app.parse(argc, argv);
    if (*compare_app) {
      compare.seconds = Seconds{compare_seconds};
      compare.command = "weir-bench " + shell_words({argv + 1, argv + argc});
      return compare;
    }
    if (*report_app) return report;
    if (*diff_app) return diff;
    if (*load_app) {
      load.to = parse_endpoint(words.to);
      finish_shape(*load_app, load, words);
      return load;
    }
    if (*idle_app) {
      idle.to = parse_endpoint(words.to);
      return idle;
    }
    if (*cost_app) {
      finish_cost(*cost_app, cost, words, std::move(commands));
      return cost;
    }
    check_commands(commands);
    pair.commands = std::move(commands);
    finish_shape(*pair_app, pair.load, words);
    return pair;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return Exit{app.exit(error)};
    return refuse(error.what());
  } catch (const Failure& failure) {
    return refuse(failure.what());
  }
}

}  // namespace weir::bench
