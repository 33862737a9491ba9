// The suites: which rows there are, and who takes part in each. A table a file.
#pragma once

#include <filesystem>
#include <vector>

#include "compare/contestant.hpp"
#include "compare/plan.hpp"
#include "options.hpp"

namespace weir::bench {

struct SuiteSettings {
  const Programs& programs;
  Seconds seconds{1.0};  // of a round
  Seconds warmup{0.3};
  bool quick = false;             // a few rows that say most
  std::filesystem::path scratch;  // an empty folder, there as long as the servers run
};

// weir on each of its backends, and the floor in C.
std::vector<Plan> backends_suite(const SuiteSettings& settings);
// The same echo on other libraries and languages.
std::vector<Plan> peers_suite(const SuiteSettings& settings);
// weir's apps beside the servers that do the same.
std::vector<Plan> servers_suite(const SuiteSettings& settings);

// What the suites share.

inline constexpr const char* floor_name = "C epoll";

// weir-echo on a backend, named "weir BACKEND"; what it is told beside.
Contestant weir_echo(const Programs& programs, const std::string& backend, Command more = {});

// Marks a server on select() as missing where so many connections are more than it can have.
void check_select(Contestant& contestant, unsigned connections);

// "64 B", "16 KiB", "1 MiB"
std::string size_name(std::size_t size);
// "8,000 connections"
std::string connections_name(unsigned connections);

// The load of one row, as long as a round is.
LoadOptions load_of(const SuiteSettings& settings);

}  // namespace weir::bench
