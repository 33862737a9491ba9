// weir-bench: measures echo servers on this machine, of weir or of anybody else.
//
//   flags.cpp   what was asked           load.cpp   one server under load
//   report_*    what is printed          idle.cpp   one server's idle connections
//   client/     the load's own epoll     pair.cpp   several servers in turn
//   system/     sockets, processes, signals
//
// It is independent of the framework: what it measures, it does not share.
// Exit status: 0 measured, 1 the run failed, 2 bad flags, 128 + N ended by signal N.
#include <iostream>
#include <variant>

#include "failure.hpp"
#include "flags.hpp"
#include "idle.hpp"
#include "load.hpp"
#include "pair.hpp"
#include "report.hpp"

namespace weir::bench {
namespace {

auto run(const LoadOptions& options, const Interrupts& interrupts) {
  return run_load(options, interrupts);
}
auto run(const IdleOptions& options, const Interrupts& interrupts) {
  return run_idle(options, interrupts);
}
auto run(const PairOptions& options, const Interrupts& interrupts) {
  return run_pair(options, interrupts);
}

struct Run {
  int operator()(const Exit& exit) const { return exit.status; }

  template <typename Options>
  int operator()(const Options& options) const {
    const Interrupts interrupts;
    const auto result = run(options, interrupts);
    std::cout << (options.json ? to_json(options, result) : to_text(options, result));
    return std::cout.flush() ? 0 : 1;
  }
};

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  try {
    return std::visit(weir::bench::Run{}, weir::bench::parse_flags(argc, argv));
  } catch (const weir::bench::Interrupted& interrupted) {
    std::cerr << "weir-bench: interrupted\n";
    return 128 + interrupted.signal;
  } catch (const std::exception& failure) {
    std::cerr << "weir-bench: " << failure.what() << '\n';
    return 1;
  }
}
