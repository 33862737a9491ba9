#include "compare/cost_suite.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "compare/contestant.hpp"
#include "compare/ratios.hpp"
#include "compare/suites/suites.hpp"
#include "cost/cost.hpp"
#include "cost/hello.hpp"
#include "failure.hpp"
#include "shell_words.hpp"

namespace weir::bench {
namespace {

constexpr const char* weir_hello = "weir";
constexpr const char* hello_id = "hello";
constexpr Figure hello_figures[] = {Figure::compile_time, Figure::binary_size};

std::string id_of(Figure figure, const char* what) {
  return "cost/" + std::string(name_of(figure)) + "/" + what;
}

bool is_asked_for(const CostSuite& suite, const std::string& id) {
  return std::ranges::find(suite.ids, id) != suite.ids.end();
}

// One kind of message.
struct Kind {
  const char* id;
  const char* title;
  const char* mode;   // of the floor and the peers
  const char* flags;  // of weir-bench cost
  Command weir_arguments;
  LoadOptions load;
};

std::vector<Kind> kinds() {
  LoadOptions ping;
  LoadOptions frames;
  frames.protocol = Protocol::length4;
  frames.depth = 64;
  return {{"ping-pong", "64 B, one at a time", "echo", "", {}, ping},
          {"pipelined",
           "frames of 64 B, 64 at once",
           "frames",
           "--protocol length:4 --depth 64 ",
           {"--framing", "length:4"},
           frames}};
}

std::vector<Contestant> contestants(const Programs& programs, const Kind& kind, bool quick) {
  const auto peer = [&](const char* title, const char* program) {
    return programs.of_build(title, program, {kind.mode, "0"});
  };
  std::vector<Contestant> all = {peer(floor_name, "weir-floor-epoll"),
                                 weir_echo(programs, "asio", kind.weir_arguments),
                                 weir_echo(programs, "epoll", kind.weir_arguments)};
  if (quick) return all;
  for (const char* backend : {"poll", "select", "spin"}) {
    all.push_back(weir_echo(programs, backend, kind.weir_arguments));
  }
  all.push_back(peer("Asio callbacks", "weir-peer-asio-callbacks"));
  all.push_back(peer("Asio coroutines", "weir-peer-asio-coroutines"));
  all.push_back(peer("libuv", "weir-peer-libuv"));
  all.push_back(peer("libevent", "weir-peer-libevent"));
  all.push_back(peer("libev", "weir-peer-libev"));
  return all;
}

// A figure of a reading, and the words of its row.
struct Counted {
  Figure figure;
  Cost CostReading::*cost;
  const char* chart;
  const char* what;
};

constexpr Counted all_counted[] = {
    {Figure::instructions, &CostReading::instructions, "User instructions of a message",
     "Instructions that the server executes outside the kernel for a message, by callgrind."},
    {Figure::system_calls, &CostReading::system_calls, "System calls of a message",
     "System calls of the server for a message, by strace."},
    {Figure::allocations, &CostReading::allocations, "Allocations of a message",
     "Calls of malloc and its like for a message, by a preloaded library."}};

Entry entry_of(const Contestant& contestant, const Cost& cost) {
  Entry entry;
  entry.name = contestant.name;
  entry.role = contestant.role;
  entry.command = contestant.command;
  if (cost.is_known()) {
    entry.rounds = {cost.value};
  } else {
    entry.skipped = cost.skipped;
  }
  return entry;
}

CostReading read(const Contestant& contestant, const Kind& kind, const CostFigures& figures,
                 const Interrupts& interrupts) {
  if (!contestant.missing.empty()) {
    const auto none = Cost::unknown(contestant.missing);
    return {none, none, none};
  }
  CostOptions options;
  options.load = kind.load;
  return measure_cost(contestant.command, options, interrupts, figures);
}

// Who is missing is left out.
std::string repeating(const Kind& kind, const std::vector<Contestant>& contestants) {
  std::string commands;
  for (const auto& contestant : contestants) {
    if (!contestant.missing.empty()) continue;
    commands += (commands.empty() ? "-- " : " --- ") + shell_words(contestant.command);
  }
  return std::string("weir-bench cost ") + kind.flags + commands;
}

std::vector<Row> message_rows(const CostSuite& suite, const Kind& kind,
                              const Interrupts& interrupts) {
  const auto all = contestants(Programs{suite.programs}, kind, suite.quick);
  std::vector<Row> rows;
  std::vector<Cost CostReading::*> costs;  // of the rows
  for (const auto& counted : all_counted) {
    Row row;
    row.suite = "cost";
    row.id = id_of(counted.figure, kind.id);
    if (!is_asked_for(suite, row.id)) continue;
    row.chart = counted.chart;
    row.title = kind.title;
    row.what = counted.what + std::string(" One connection; the server sleeps before each round.");
    row.figure = counted.figure;
    row.per = "message";
    row.base = floor_name;
    row.command = repeating(kind, all);
    rows.push_back(std::move(row));
    costs.push_back(counted.cost);
  }
  if (rows.empty()) return rows;
  const auto wants = [&](Figure figure) { return is_asked_for(suite, id_of(figure, kind.id)); };
  const CostFigures figures{.instructions = wants(Figure::instructions),
                            .system_calls = wants(Figure::system_calls),
                            .allocations = wants(Figure::allocations)};
  for (const auto& contestant : all) {
    const auto reading = read(contestant, kind, figures, interrupts);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].entries.push_back(entry_of(contestant, reading.*costs[i]));
    }
  }
  for (Row& row : rows) add_ratios(row, suite.max_spread);
  return rows;
}

Row hello_row(const CostSuite& suite, Figure figure, const char* chart, const char* title,
              const char* what) {
  Row row;
  row.suite = "cost";
  row.id = id_of(figure, hello_id);
  row.chart = chart;
  row.title = title;
  row.what = what;
  row.figure = figure;
  row.per = "hello server";
  row.base = weir_hello;
  row.command =
      std::string("weir-bench compare ") + (suite.quick ? "quick" : "cost") + " --only " + row.id;
  if (is_timed(figure)) row.command += " --max-spread " + exact(suite.max_spread);
  return row;
}

std::vector<Row> hello_rows(const CostSuite& suite, const Interrupts& interrupts) {
  const bool timed = is_asked_for(suite, id_of(Figure::compile_time, hello_id));
  const bool sized = is_asked_for(suite, id_of(Figure::binary_size, hello_id));
  if (!timed && !sized) return {};
  std::ifstream file{suite.programs / "hello.json"};
  if (!file) throw Failure("there is no hello.json in " + suite.programs.string());
  const auto hellos = hellos_from_json(std::string{std::istreambuf_iterator<char>{file}, {}});
  const auto readings = measure_hellos(hellos, suite.quick || !timed ? 1 : 5, interrupts);
  Row time = hello_row(suite, Figure::compile_time, "Compiling a hello server", "-O2",
                       "CPU time of the compiler at -O2 for the one file of a server that sends "
                       "lines back; no cache, nothing precompiled.");
  Row size =
      hello_row(suite, Figure::binary_size, "Size of a hello server", "stripped",
                "Bytes of that server, stripped. weir and Asio are in it; libuv and libevent "
                "are shared libraries, whose code is not.");
  for (std::size_t i = 0; i < hellos.size(); ++i) {
    Entry entry;
    entry.name = hellos[i].name;
    entry.role = entry.name == weir_hello ? Role::weir : Role::peer;
    entry.command = hellos[i].compile;
    entry.skipped = readings[i].skipped;
    Entry stripped = entry;
    if (entry.is_measured()) {
      entry.rounds = readings[i].seconds;
      stripped.rounds = {readings[i].bytes};
    }
    time.entries.push_back(std::move(entry));
    size.entries.push_back(std::move(stripped));
  }
  std::vector<Row> rows;
  if (timed) rows.push_back(std::move(time));
  if (sized) rows.push_back(std::move(size));
  for (Row& row : rows) add_ratios(row, suite.max_spread);
  return rows;
}

}  // namespace

std::vector<std::string> cost_row_ids() {
  std::vector<std::string> ids;
  for (const auto& kind : kinds()) {
    for (const auto& counted : all_counted) ids.push_back(id_of(counted.figure, kind.id));
  }
  for (const auto figure : hello_figures) ids.push_back(id_of(figure, hello_id));
  return ids;
}

std::vector<Row> run_cost_suite(const CostSuite& suite, const Interrupts& interrupts) {
  std::vector<Row> rows;
  const auto add = [&](std::vector<Row> more) {
    std::ranges::move(more, std::back_inserter(rows));
  };
  for (const auto& kind : kinds()) add(message_rows(suite, kind, interrupts));
  add(hello_rows(suite, interrupts));
  return rows;
}

}  // namespace weir::bench
