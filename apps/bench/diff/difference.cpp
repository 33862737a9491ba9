#include "diff/difference.hpp"

#include <algorithm>
#include <cmath>

#include "compare/figure_text.hpp"

namespace weir::bench {
namespace {

// A change of exactly the threshold is none, whatever the last bit says.
constexpr double rounding = 1e-9;

template <class Items, class Member>
auto find_named(const Items& items, Member member, const std::string& name) {
  const auto found = std::ranges::find(items, name, member);
  return found == items.end() ? nullptr : &*found;
}

struct Pair {
  const Row& row_a;
  const Row& row_b;
  const Entry& a;
  const Entry& b;
};

Change about(const Row& row, const std::string& entry, Verdict verdict) {
  Change change;
  change.row = row.id;
  change.entry = entry;
  change.figure = row.figure;
  change.per = row.per;
  change.verdict = verdict;
  return change;
}

Change without_result(const Pair& pair, std::string why) {
  Change change = about(pair.row_a, pair.a.name, Verdict::no_result);
  change.why = std::move(why);
  return change;
}

// Of what varies and is held as it is.
std::string without_spread(const Pair& pair) {
  const auto once = [](const Entry& entry) { return entry.rounds.size() < 2; };
  const std::string said = "measured once, which has no spread";
  if (once(pair.a)) return "none in A: " + said;
  return once(pair.b) ? "none in B: " + said : "";
}

// Empty, or why nothing can be said before the figures are looked at.
std::string obstacle(const Pair& pair) {
  const auto unit = [](const Row& row) { return unit_text(row.figure) + " per " + row.per; };
  if (unit(pair.row_a) != unit(pair.row_b)) {
    return "A has " + unit(pair.row_a) + ", B has " + unit(pair.row_b);
  }
  if (!pair.a.is_measured()) return "not measured in A: " + pair.a.skipped;
  if (!pair.b.is_measured()) return "not measured in B: " + pair.b.skipped;
  // A doubt is about ratios, by which only times are held.
  if (is_counted(pair.row_a.figure)) return {};
  if (!is_timed(pair.row_a.figure)) return without_spread(pair);
  if (!pair.a.no_result.empty()) return "none in A: " + pair.a.no_result;
  if (!pair.b.no_result.empty()) return "none in B: " + pair.b.no_result;
  return {};
}

void set_spreads(Change& change, const std::vector<double>& a, const std::vector<double>& b) {
  change.a = spread_of(a);
  change.b = spread_of(b);
  const double before = change.a->median;
  change.share = before == 0 ? 0 : change.b->median / before - 1;
}

Verdict judge(const Change& change, double threshold) {
  const double apart = change.b->median - change.a->median;
  // A figure, or of what is timed a ratio: there the least is nothing.
  if (std::abs(apart) <= least_change(change.figure)) return Verdict::same;
  if (!differs(*change.a, *change.b, threshold)) return Verdict::same;
  return apart > 0 ? Verdict::worse : Verdict::better;
}

Change held(const Pair& pair, double threshold) {
  if (auto why = obstacle(pair); !why.empty()) return without_result(pair, std::move(why));
  Change change = about(pair.row_a, pair.a.name, Verdict::same);
  if (!is_timed(pair.row_a.figure)) {
    set_spreads(change, pair.a.rounds, pair.b.rounds);
    change.verdict = judge(change, is_counted(pair.row_a.figure) ? counted_tolerance : threshold);
    return change;
  }
  const bool one_base = pair.row_a.base == pair.row_b.base;
  if (one_base && !pair.a.ratios.empty() && !pair.b.ratios.empty()) {
    change.base = pair.row_a.base;
    set_spreads(change, pair.a.ratios, pair.b.ratios);
    change.verdict = judge(change, threshold);
    return change;
  }
  set_spreads(change, pair.a.rounds, pair.b.rounds);
  if (one_base && pair.a.name == pair.row_a.base) {
    change.verdict = Verdict::base;
  } else {
    change.verdict = Verdict::no_result;
    change.why = "no base in common: times of two days say nothing";
  }
  return change;
}

// The same machine is busier on another day; ratios are there to cancel that.
bool is_of_the_moment(const Unlike& fact) { return fact.name.starts_with("load average"); }

std::vector<Unlike> unlike(const std::vector<Fact>& a, const std::vector<Fact>& b) {
  std::vector<Unlike> list;
  for (const auto& [name, value] : a) {
    const Fact* other = find_named(b, &Fact::first, name);
    const std::string there = other == nullptr ? "" : other->second;
    if (there != value) list.push_back({name, value, there});
  }
  for (const auto& [name, value] : b) {
    if (find_named(a, &Fact::first, name) == nullptr) list.push_back({name, "", value});
  }
  std::erase_if(list, is_of_the_moment);
  return list;
}

void hold_rows(Difference& difference, const Row& a, const Row& b) {
  for (const Entry& entry : a.entries) {
    const Entry* other = find_named(b.entries, &Entry::name, entry.name);
    difference.changes.push_back(other == nullptr
                                     ? about(a, entry.name, Verdict::only_in_a)
                                     : held({a, b, entry, *other}, difference.threshold));
  }
  for (const Entry& entry : b.entries) {
    if (find_named(a.entries, &Entry::name, entry.name) == nullptr) {
      difference.changes.push_back(about(b, entry.name, Verdict::only_in_b));
    }
  }
}

}  // namespace

bool differs(const Spread& a, const Spread& b, double threshold) {
  const bool overlap = a.lowest <= b.highest && b.lowest <= a.highest;
  const double limit = std::abs(a.median) * (threshold + rounding);
  return !overlap && std::abs(b.median - a.median) > limit;
}

std::size_t Difference::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(changes, verdict, &Change::verdict));
}

Difference difference_of(const Comparison& a, const Comparison& b, double threshold) {
  Difference difference;
  difference.threshold = threshold;
  difference.machine = unlike(a.machine, b.machine);
  difference.settings = unlike(a.settings, b.settings);
  for (const Row& row : a.rows) {
    const Row* other = find_named(b.rows, &Row::id, row.id);
    if (other == nullptr) {
      difference.changes.push_back(about(row, "", Verdict::only_in_a));
    } else {
      hold_rows(difference, row, *other);
    }
  }
  for (const Row& row : b.rows) {
    if (find_named(a.rows, &Row::id, row.id) == nullptr) {
      difference.changes.push_back(about(row, "", Verdict::only_in_b));
    }
  }
  std::ranges::stable_sort(difference.changes, {}, &Change::verdict);
  return difference;
}

}  // namespace weir::bench
