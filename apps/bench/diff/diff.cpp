#include "diff/diff.hpp"

#include <nlohmann/json.hpp>

#include "compare/comparison_file.hpp"
#include "compare/figure_text.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format = 1;

std::string signed_percent(double share) { return (share < 0 ? "" : "+") + percent(share, 1); }

std::string held_text(const Change& change, const Spread& spread) {
  return change.base.empty() ? figure_text(change.figure, spread.median) : fixed(spread.median, 3);
}

std::string change_text(const Change& change) {
  std::string text = "  " + change.row;
  if (!change.entry.empty()) text += "  " + change.entry;
  if (change.a && change.b) {
    text += "  " + held_text(change, *change.a) + " -> " + held_text(change, *change.b);
    text += change.base.empty() ? " per " + change.per : " of " + change.base;
    // From nothing there is no share.
    if (change.a->median != 0) text += "  " + signed_percent(change.share);
  }
  if (!change.why.empty()) text += ": " + change.why;
  return text + "\n";
}

std::string unlike_text(std::string_view what, const std::vector<Unlike>& list) {
  std::string text;
  for (const Unlike& each : list) {
    text += "warning: the " + std::string(what) + " differ in " + each.name + ": \"" + each.a +
            "\" in A, \"" + each.b + "\" in B\n";
  }
  return text;
}

Json unlike_json(const std::vector<Unlike>& list) {
  Json json = Json::array();
  for (const Unlike& each : list) {
    json.push_back({{"name", each.name}, {"a", each.a}, {"b", each.b}});
  }
  return json;
}

Json spread_json(const Spread& spread) {
  return {{"median", spread.median}, {"lowest", spread.lowest}, {"highest", spread.highest}};
}

Json change_json(const Change& change) {
  Json json = {{"row", change.row}};
  if (!change.entry.empty()) json["entry"] = change.entry;
  json["verdict"] = name_of(change.verdict);
  json["figure"] = name_of(change.figure);
  json["per"] = change.per;
  if (!change.base.empty()) json["ratio_to"] = change.base;
  if (change.a && change.b) {
    json["a"] = spread_json(*change.a);
    json["b"] = spread_json(*change.b);
    if (change.a->median != 0) json["change"] = change.share;
  }
  if (!change.why.empty()) json["why"] = change.why;
  return json;
}

}  // namespace

Difference run_diff(const DiffOptions& options) {
  const Comparison a = read_comparison(options.a);
  const Comparison b = read_comparison(options.b);
  return difference_of(a, b, options.threshold);
}

std::string to_text(const DiffOptions& options, const Difference& difference) {
  std::string text = line("A", options.a) + line("B", options.b);
  text += unlike_text("machines", difference.machine);
  text += unlike_text("settings", difference.settings);
  std::string summary;
  for (const Verdict verdict : all_verdicts) {
    const std::string name{name_of(verdict)};
    const std::size_t count = difference.count(verdict);
    summary += (summary.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    if (count > 0) text += "\n" + name + "\n";
    for (const Change& change : difference.changes) {
      if (change.verdict == verdict) text += change_text(change);
    }
  }
  return text + "\n" + summary + "; a change is more than " + percent(difference.threshold, 1) +
         " of what is timed and " + percent(counted_tolerance, 1) +
         " of what is counted, beyond the spread\n";
}

std::string to_json(const DiffOptions& options, const Difference& difference) {
  Json counts;
  for (const Verdict verdict : all_verdicts) {
    counts[std::string(name_of(verdict))] = difference.count(verdict);
  }
  Json changes = Json::array();
  for (const Change& change : difference.changes) changes.push_back(change_json(change));
  const Json json = {{"weir-bench-diff", format},
                     {"a", options.a},
                     {"b", options.b},
                     {"threshold", difference.threshold},
                     {"counted_tolerance", counted_tolerance},
                     {"memory_least", memory_least},
                     {"machine", unlike_json(difference.machine)},
                     {"settings", unlike_json(difference.settings)},
                     {"counts", std::move(counts)},
                     {"changes", std::move(changes)}};
  // The files' names come from the user and need not be UTF-8.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int status_of(const Difference& difference) { return difference.count(Verdict::worse) > 0 ? 1 : 0; }

}  // namespace weir::bench
