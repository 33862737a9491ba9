#include "compare/compare.hpp"

#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>
#include <thread>

#include "compare/cost_suite.hpp"
#include "compare/lab.hpp"
#include "compare/machine.hpp"
#include "compare/suites/suites.hpp"
#include "compare/work.hpp"
#include "failure.hpp"
#include "report/findings.hpp"
#include "report/page.hpp"
#include "system/endpoint.hpp"
#include "system/process.hpp"
#include "system/replaced_file.hpp"
#include "system/scratch_folder.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

constexpr unsigned most_connections = 10'200;  // of a row, and what a program has open itself

std::string now_as_text() {
  const std::time_t now = std::time(nullptr);
  std::string text(std::size("2026-01-01T00:00:00Z") - 1, '\0');
  std::tm utc{};
  std::strftime(text.data(), text.size() + 1, "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&now, &utc));
  return text;
}

// What there is so far, on disk and on standard output.
class Found {
 public:
  explicit Found(const CompareOptions& options)
      : name_(options.out.empty() ? "weir-bench-" + options.suite : options.out) {
    comparison_.suite = options.suite;
    comparison_.started = now_as_text();
    comparison_.command = options.command;
    comparison_.max_spread = options.max_spread;
    comparison_.machine = machine_facts();
    for (const char* ending : {".json", ".html"}) {
      fail_with(check_replaceable(file(ending)), file(ending));
    }
  }

  Comparison& comparison() { return comparison_; }
  std::string file(const char* ending) const { return name_ + ending; }
  // Since it began.
  double seconds() const { return Seconds{std::chrono::steady_clock::now() - began_}.count(); }

  void add(Row row) {
    std::cout << to_text(row) << std::endl;
    comparison_.rows.push_back(std::move(row));
    save();
  }

 private:
  static void fail_with(std::error_code error, const std::string& name) {
    if (error) throw Failure("cannot write " + name + ": " + error.message());
  }
  void save() {
    comparison_.seconds = seconds();
    fail_with(replace_file(file(".json"), to_json(comparison_)), file(".json"));
    fail_with(replace_file(file(".html"), to_html(comparison_)), file(".html"));
  }

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::string name_;
  Comparison comparison_;
};

std::vector<Fact> settings_facts(const LabOptions& lab, const SuiteSettings& settings) {
  return {{"rounds", std::to_string(lab.rounds) + " of " + fixed(settings.seconds.count(), 2) +
                         " s, after " + fixed(settings.warmup.count(), 2) + " s of warm-up"},
          {"order", "all in turn, A B C A B C; ratios are of the same round"},
          {"processors", lab.pin ? "servers on the first, the load on the second"
                                 : "not pinned: there is but one"},
          {"no result", "where paired ratios spread over more than " + percent(lab.max_spread) +
                            " of their median"}};
}

}  // namespace

void run_compare(const CompareOptions& options, const Interrupts& interrupts) {
  const Programs programs;
  const ScratchFolder scratch;  // for what servers need on disk
  SuiteSettings settings{.programs = programs, .scratch = scratch.path()};
  settings.quick = options.suite == "quick";
  settings.seconds = settings.quick ? Seconds{0.25} : Seconds{0.7};
  if (options.seconds > Seconds{0}) settings.seconds = options.seconds;
  settings.warmup = settings.seconds / 3;
  LabOptions lab{.rounds = settings.quick ? 5U : 7U, .max_spread = options.max_spread};
  if (options.rounds > 0) lab.rounds = options.rounds;
  lab.pin = std::thread::hardware_concurrency() > 1;

  const Work work = work_of(options, settings, lab);
  if (work.is_empty()) throw Failure("no row's id contains '" + options.only + "' (see --list)");
  if (options.list) {
    for (const Plan& plan : work.plans) std::cout << plan.row.id << '\n';
    for (const std::string& id : work.counted) std::cout << id << '\n';
    return;
  }

  Found found(options);
  found.comparison().settings = settings_facts(lab, settings);
  reserve_descriptors(most_connections);
  if (lab.pin) pin_to_cpu(load_cpu);
  const std::size_t steps = work.plans.size() + (work.counted.empty() ? 0 : 1);
  const auto minutes = std::ceil(expected_time(work, settings, lab) / std::chrono::minutes{1});
  std::cerr << plural(steps, "step") << ", about "
            << plural(static_cast<std::uint64_t>(minutes), "minute") << std::endl;
  const auto tell = [&](std::size_t step, const std::string& what) {
    std::cerr << "[" << step << "/" << steps << "] " << what << ", after "
              << fixed(found.seconds(), 0) << " s" << std::endl;
  };
  for (std::size_t i = 0; i < work.plans.size(); ++i) {
    tell(i + 1, work.plans[i].row.id);
    found.add(run_plan(work.plans[i], lab, interrupts));
  }
  if (!work.counted.empty()) {
    tell(steps, "cost");
    const CostSuite suite{.programs = programs.folder(),
                          .ids = work.counted,
                          .quick = settings.quick,
                          .max_spread = lab.max_spread};
    for (Row& row : run_cost_suite(suite, interrupts)) found.add(std::move(row));
  }
  for (const Row& row : found.comparison().rows) {
    const std::string why = html::not_won(row, lab.max_spread);
    if (!why.empty()) std::cout << "not won: " << row.id << ": " << why << '\n';
  }
  std::cout << found.file(".json") << '\n' << found.file(".html") << '\n';
}

}  // namespace weir::bench
