// Comparison: what `weir-bench compare` found on one machine. It writes this, `report` draws it,
// and `diff` holds two of them against each other.
//
//   Comparison --> Row "64 B on 64 connections"        one figure of every contestant, in turn
//                    Entry "C epoll"    5.1 5.0 5.3    the base
//                    Entry "weir asio"  5.4 5.3 5.6    ratios to it, round by round: 1.06 1.06 1.06
//
// Every figure is a cost: less is better. Plain values; comparison_json.cpp knows the file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compare/role.hpp"
#include "spread.hpp"

namespace weir::bench {

// What a row measures. The unit is of one message, connection or program.
enum class Figure {
  cpu,           // ns of the server's CPU, user and system
  memory,        // bytes of user memory
  instructions,  // in user space
  system_calls,
  allocations,
  compile_time,  // seconds of CPU
  binary_size,   // bytes
};

inline constexpr Figure all_figures[] = {
    Figure::cpu,         Figure::memory,       Figure::instructions, Figure::system_calls,
    Figure::allocations, Figure::compile_time, Figure::binary_size};

// As files have it.
constexpr std::string_view name_of(Figure figure) {
  switch (figure) {
    case Figure::cpu:
      return "cpu";
    case Figure::memory:
      return "memory";
    case Figure::instructions:
      return "instructions";
    case Figure::system_calls:
      return "system_calls";
    case Figure::allocations:
      return "allocations";
    case Figure::compile_time:
      return "compile_time";
    case Figure::binary_size:
      return "binary_size";
  }
  return "";
}

// The time alone is the machine's as much as the program's: held by its ratio to a base.
constexpr bool is_timed(Figure figure) {
  return figure == Figure::cpu || figure == Figure::compile_time;
}

// The same program gives the same figure again, on a busy machine too. Memory is neither timed nor
// counted: it comes in pages, and a collector gives it back when it likes.
constexpr bool is_counted(Figure figure) { return !is_timed(figure) && figure != Figure::memory; }

struct Entry {
  std::string name;                    // "weir epoll"; of one contestant the same in every row
  Role role = Role::peer;              // the same in every row too
  std::vector<std::string> command{};  // what was started
  std::string skipped{};               // why it was not measured; everything below is empty then

  std::vector<double> rounds{};  // the figure
  std::vector<double> ratios{};  // over the base's of the same round; none for the base itself
  std::string no_result{};       // why the ratios say nothing; empty where they do

  // Medians of what came beside it, by name: "messages_per_second", "user_share", "client_busy".
  std::map<std::string, double> beside{};
  // [percent, ns], of all rounds together; empty where nothing was timed.
  std::vector<std::pair<double, double>> latency{};

  bool is_measured() const { return skipped.empty(); }
  double median() const { return spread_of(rounds).median; }  // of what was measured
};

struct Row {
  std::string id;     // "peers/ping-pong/64B/64": unique, and the same from run to run
  std::string suite;  // "peers"
  std::string
      chart;         // rows of the same chart are drawn together, along `axis`: "Ping-pong of 64 B"
  std::string axis;  // "connections"; empty where the chart has one row
  double at = 0;     // this row's place there
  std::string title;  // "64 connections"
  std::string what;   // one or two sentences: what is done, and what is counted
  Figure figure = Figure::cpu;
  std::string per;      // "message", "connection", "delivery", "hello server"
  std::string base;     // the name of the entry that the others are compared with
  std::string command;  // what a person types to repeat this row
  std::vector<Entry> entries;
};

// Name and value, as a person reads them: "CPU", "kernel", "compiler", "redis-server".
using Fact = std::pair<std::string, std::string>;

struct Comparison {
  std::string suite;                     // as it was asked for: "quick"
  std::string started;                   // UTC, ISO 8601
  double seconds = 0;                    // that it took
  std::string command;                   // that repeats all of it
  double max_spread = usual_max_spread;  // beyond which ratios of times say nothing
  std::vector<Fact> machine;
  std::vector<Fact> settings;  // rounds, seconds a round, which CPU for whom
  std::vector<Row> rows;
};

// One document of JSON, and back. from_json() throws Failure that says what is wrong and where.
std::string to_json(const Comparison& comparison);
Comparison comparison_from_json(std::string_view text);

}  // namespace weir::bench
