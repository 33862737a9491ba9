// The hello server, compiled: what a user of a library waits for, and what comes out.
//
// hello/CMakeLists.txt writes hello.json, which says how, beside weir-bench.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cost/tool.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

struct Hello {
  std::string name;
  std::string missing;  // why it cannot be compiled; the rest is empty then
  std::string source;
  Command compile;  // the compiler and its flags, without -O2, -c and -o
  std::vector<std::string> link;
};

struct HelloReading {
  std::string skipped;
  std::vector<double> seconds;  // of CPU to compile it, a round each
  double bytes = 0;             // of the stripped program
};

// Throws Failure that says what is wrong with the text.
std::vector<Hello> hellos_from_json(std::string_view text);

// Compiles all of them in turn, `rounds` times, without a cache, and links each once. As many
// readings as hellos.
std::vector<HelloReading> measure_hellos(const std::vector<Hello>& hellos, unsigned rounds,
                                         const Interrupts& interrupts);

}  // namespace weir::bench
