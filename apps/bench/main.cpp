// weir-bench: measures echo servers on this machine, of weir or of anybody else.
//
//   flags.cpp   what was asked           load.cpp   one server under load
//   report_*    what is printed          idle.cpp   one server's idle connections
//   client/     the load's own epoll     pair.cpp   several servers in turn
//   system/     sockets, processes, signals     compare/   weir beside others: suites, the lab
//   report/     a page of a comparison      diff/   two comparisons: regression or noise
//   cost/       what servers do, counted, and budgets of it
//
// It is independent of the framework: what it measures, it does not share.
// Exit status: 0 measured; 1 the run failed, `diff` found something worse or a budget was not kept;
// 2 bad flags or files; 77 a tool that a budget needs is missing; 128 + N ended by signal N.
#include <iostream>
#include <variant>

#include "compare/compare.hpp"
#include "cost/cost_run.hpp"
#include "diff/diff.hpp"
#include "failure.hpp"
#include "flags.hpp"
#include "idle.hpp"
#include "load.hpp"
#include "pair.hpp"
#include "report.hpp"
#include "report/page.hpp"

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
  int operator()(const CompareOptions& options) const {
    run_compare(options, Interrupts{});
    return std::cout.flush() ? 0 : 1;
  }
  int operator()(const ReportOptions& options) const {
    const std::string written = run_report(options);
    std::cout << "wrote " << written << '\n';
    return std::cout.flush() ? 0 : 1;
  }
  int operator()(const DiffOptions& options) const {
    const Difference difference = run_diff(options);
    std::cout << (options.json ? to_json(options, difference) : to_text(options, difference));
    return std::cout.flush() ? status_of(difference) : 1;
  }

  int operator()(const CostOptions& options) const {
    const int status = run_cost(options, Interrupts{}, std::cout);
    return std::cout.flush() ? status : 1;
  }

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
  } catch (const weir::bench::BadFile& wrong) {
    std::cerr << "weir-bench: " << wrong.what() << '\n';
    return 2;
  } catch (const std::exception& failure) {
    std::cerr << "weir-bench: " << failure.what() << '\n';
    return 1;
  }
}
