#include "compare/lab.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "compare/attempts.hpp"
#include "compare/ratios.hpp"
#include "compare/running_server.hpp"
#include "failure.hpp"
#include "system/process.hpp"

namespace weir::bench {
namespace {

// One contestant on its way through the rounds.
struct Runner {
  const Contestant& contestant;
  Entry entry;
  std::unique_ptr<RunningServer> server{};
  std::map<std::string, std::vector<double>> beside{};
  std::optional<Histogram> latency{};

  bool goes_on() const { return entry.is_measured(); }

  void give_up(const std::string& why) {
    server.reset();
    entry = {
        .name = contestant.name, .role = contestant.role, .command = entry.command, .skipped = why};
  }
  void take(const Reading& reading) {
    entry.rounds.push_back(reading.figure);
    for (const auto& [name, value] : reading.beside) beside[name].push_back(value);
    if (!reading.latency) return;
    if (!latency) latency.emplace();
    latency->merge(*reading.latency);
  }
};

class Race {
 public:
  Race(const Plan& plan, const LabOptions& options, const Interrupts& interrupts)
      : plan_(plan), options_(options), interrupts_(interrupts) {
    for (const Contestant& each : plan.contestants) {
      runners_.push_back({.contestant = each, .entry = {.name = each.name, .role = each.role}});
      if (!each.missing.empty()) runners_.back().give_up(each.missing);
    }
  }

  void run() {
    if (plan_.behind && !start_behind()) return;
    const unsigned rounds = rounds_of(plan_, options_);
    if (!plan_.fresh) {
      for (Runner& runner : runners_) attempt(runner, [&] { start(runner); });
    }
    for (unsigned round = 0; round < rounds; ++round) {
      for (Runner& runner : runners_) {
        if (!runner.goes_on()) continue;
        attempt(runner, [&] { measure_again([&] { measure(runner); }); });
      }
    }
  }

  std::vector<Entry> entries() {
    std::vector<Entry> entries;
    for (Runner& runner : runners_) {
      runner.server.reset();
      entries.push_back(finished(runner));
    }
    return entries;
  }

 private:
  template <class Body>
  void attempt(Runner& runner, Body body) {
    if (!runner.goes_on()) return;
    try {
      body();
    } catch (const Failure& failure) {
      runner.give_up(failure.what());
    }
  }

  // Without it nobody takes part.
  bool start_behind() {
    std::string why = plan_.behind->missing;
    try {
      // A child has the processors of its parent: those of the load.
      if (why.empty()) behind_.emplace(*plan_.behind, std::nullopt, interrupts_);
    } catch (const Failure& failure) {
      why = failure.what();
    }
    if (behind_) return true;
    for (Runner& runner : runners_) {
      if (runner.goes_on()) runner.give_up("the server behind it: " + why);
    }
    return false;
  }

  void start(Runner& runner) {
    const auto cpu = options_.pin ? std::optional<unsigned>{server_cpu} : std::nullopt;
    const std::uint16_t behind = behind_ ? behind_->endpoint().port : std::uint16_t{0};
    runner.server = std::make_unique<RunningServer>(runner.contestant, cpu, interrupts_, behind);
    runner.entry.command = runner.server->command();
    // As soon as it listens, so that none disturbs the start of the next.
    if (!plan_.fresh) runner.server->pause();
  }

  void measure(Runner& runner) {
    if (plan_.fresh) start(runner);
    const RunningServer& server = *runner.server;
    if (!plan_.fresh) server.resume();
    runner.take(plan_.measure(server.endpoint(), server.pid(), interrupts_));
    if (plan_.fresh) {
      runner.server.reset();
    } else {
      server.pause();
    }
  }

  static Entry finished(Runner& runner) {
    Entry entry = std::move(runner.entry);
    for (auto& [name, values] : runner.beside) {
      if (entry.is_measured()) entry.beside[name] = spread_of(std::move(values)).median;
    }
    if (entry.is_measured() && runner.latency) {
      for (const auto& point : runner.latency->curve()) {
        entry.latency.emplace_back(point.share * 100, static_cast<double>(point.value));
      }
    }
    return entry;
  }

  const Plan& plan_;
  const LabOptions& options_;
  const Interrupts& interrupts_;
  std::optional<RunningServer> behind_;
  std::vector<Runner> runners_;
};

}  // namespace

unsigned rounds_of(const Plan& plan, const LabOptions& options) {
  return plan.rounds != 0 ? plan.rounds : options.rounds;
}

Seconds expected_time(const Plan& plan, const LabOptions& options, Seconds round) {
  constexpr Seconds start{0.1};  // of a server
  constexpr Seconds connection{200e-6};
  constexpr Seconds settling{0.3};  // of memory
  const auto all = static_cast<double>(std::ranges::count_if(
      plan.contestants, [](const auto& each) { return each.missing.empty(); }));
  const unsigned rounds = rounds_of(plan, options);
  const Seconds each = (plan.fresh ? start + settling : round) + plan.connections * connection;
  return all * ((plan.fresh ? Seconds{0} : start) + rounds * each);
}

Row run_plan(const Plan& plan, const LabOptions& options, const Interrupts& interrupts) {
  Race race(plan, options, interrupts);
  race.run();
  Row row = plan.row;
  row.entries = race.entries();
  add_ratios(row, options.max_spread);
  return row;
}

}  // namespace weir::bench
