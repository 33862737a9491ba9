#include "compare/work.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "compare/cost_suite.hpp"
#include "shell_words.hpp"

namespace weir::bench {
namespace {

bool is_asked_for(const CompareOptions& options, std::string_view suite) {
  return options.suite == "quick" || options.suite == "full" || options.suite == suite;
}

// The suites "quick" and "full" have rows of the same id, with contestants and rounds of their own.
std::string repeating(const Plan& plan, const SuiteSettings& settings, const LabOptions& lab) {
  return "weir-bench compare " + (settings.quick ? "quick" : plan.row.suite) + " --only " +
         plan.row.id + " --rounds " + std::to_string(rounds_of(plan, lab)) + " --seconds " +
         exact(settings.seconds.count()) + " --max-spread " + exact(lab.max_spread);
}

Work all_of(const CompareOptions& options, const SuiteSettings& settings) {
  Work work;
  const auto add = [&](const char* suite, auto make) {
    if (!is_asked_for(options, suite)) return;
    for (Plan& plan : make(settings)) work.plans.push_back(std::move(plan));
  };
  add("backends", backends_suite);
  add("peers", peers_suite);
  add("servers", servers_suite);
  if (is_asked_for(options, "cost")) work.counted = cost_row_ids();
  return work;
}

template <class Matches>
void keep(Work& work, Matches matches) {
  std::erase_if(work.plans, [&](const Plan& plan) { return !matches(plan.row.id); });
  std::erase_if(work.counted, std::not_fn(matches));
}

}  // namespace

Work work_of(const CompareOptions& options, const SuiteSettings& settings, const LabOptions& lab) {
  Work work = all_of(options, settings);
  const auto is_it = [&](const std::string& id) { return id == options.only; };
  const auto contains_it = [&](const std::string& id) {
    return id.find(options.only) != std::string::npos;
  };
  // A whole id is no part of another one.
  const bool is_whole =
      std::ranges::any_of(work.counted, is_it) ||
      std::ranges::any_of(work.plans, is_it, [](const Plan& plan) { return plan.row.id; });
  is_whole ? keep(work, is_it) : keep(work, contains_it);
  for (Plan& plan : work.plans) plan.row.command = repeating(plan, settings, lab);
  return work;
}

Seconds expected_time(const Work& work, const SuiteSettings& settings, const LabOptions& lab) {
  const Seconds counting{settings.quick ? 30 : 120};  // of all rows
  Seconds all = counting * work.counted.size() / cost_row_ids().size();
  for (const Plan& plan : work.plans) {
    all += expected_time(plan, lab, settings.seconds + settings.warmup);
  }
  return all;
}

}  // namespace weir::bench
