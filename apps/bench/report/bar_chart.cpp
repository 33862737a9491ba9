#include <algorithm>
#include <cmath>

#include "report/charts.hpp"
#include "report/svg.hpp"
#include "report/words.hpp"

namespace weir::bench::html {
namespace {

constexpr double pitch = 29;    // from bar to bar
constexpr double letters = 11;  // to the foot of a bar's words
constexpr double bar_top = 15;  // below its place
constexpr double bar_height = 9;
constexpr double right_edge = chart_width - 8;
constexpr double longest = 4;  // times the middle one's cost; a longer bar is cut
constexpr std::size_t longest_name = 26;

std::vector<const Entry*> in_order(const Row& row) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : row.entries) entries.push_back(&entry);
  std::ranges::stable_sort(entries, [](const Entry* a, const Entry* b) {
    if (!a->is_measured() || !b->is_measured()) return a->is_measured() && !b->is_measured();
    return a->median() < b->median();
  });
  return entries;
}

double end_of_axis(const Row& row) {
  std::vector<double> medians;
  double highest = 0;
  for (const Entry& entry : row.entries) {
    if (!entry.is_measured()) continue;
    const Spread spread = spread_of(entry.rounds);
    medians.push_back(spread.median);
    highest = std::max(highest, spread.highest);
  }
  if (highest <= 0) return 1;
  const double most = longest * spread_of(medians).median;
  return most > 0 ? std::min(highest, most) : highest;
}

std::string value_words(const Row& row, const Entry& entry) {
  if (!entry.is_measured()) return "not measured";
  std::string words = figure_words(row.figure, entry.median());
  if (!entry.no_result.empty()) return words + " · no result";
  if (is_base(row, entry)) return words + " · base";
  if (!entry.ratios.empty()) words += " · " + ratio_words(spread_of(entry.ratios).median);
  return words;
}

std::string title_of(const Row& row, const Entry& entry) {
  if (!entry.is_measured()) return entry.name + ": not measured, " + entry.skipped;
  const Spread spread = spread_of(entry.rounds);
  std::string title = entry.name + ": " + figure_words(row.figure, spread.median) + ", from " +
                      figure_words(row.figure, spread.lowest) + " to " +
                      figure_words(row.figure, spread.highest);
  if (!entry.no_result.empty()) return title + "; no result: " + entry.no_result;
  if (!entry.ratios.empty()) {
    title += "; " + ratio_words(spread_of(entry.ratios).median) + " of " + row.base;
  }
  return title;
}

// Two strokes across the bar: it goes on.
void tear(Svg& svg, double top) {
  for (const double x : {right_edge - 20, right_edge - 15}) {
    svg.line(x, top + bar_height + 2, x + 4, top - 2, "tear");
  }
}

void whisker(Svg& svg, double from, double to, double top) {
  const double middle = top + bar_height / 2;
  svg.line(from, middle, to, middle, "whisker");
  for (const double x : {from, to}) svg.line(x, middle - 3, x, middle + 3, "whisker");
}

void draw(Svg& svg, const Row& row, const Entry& entry, double y, double end) {
  const bool weir = is_weir(entry);
  svg.text(0, y + letters, weir ? "name weir" : "name", shortened(name_words(entry), longest_name));
  svg.text(chart_width, y + letters, has_result(entry) ? "end" : "end quiet",
           value_words(row, entry));
  const double top = y + bar_top;
  const std::string title = title_of(row, entry);
  if (!entry.is_measured()) {
    svg.rect(0.5, top, right_edge, bar_height, "slot", title);
    return;
  }
  const Spread spread = spread_of(entry.rounds);
  const auto place = [end](double value) { return std::clamp(value / end, 0.0, 1.0) * right_edge; };
  const char* classes = !entry.no_result.empty() ? "bar void"
                        : weir                   ? "bar w"
                        : is_floor(entry)        ? "bar f"
                                                 : "bar";
  svg.rect(0, top, std::max(place(spread.median), 1.0), bar_height, classes, title);
  if (spread.median > end) {
    tear(svg, top);
  } else if (entry.rounds.size() > 1) {
    whisker(svg, place(spread.lowest), place(spread.highest), top);
  }
}

}  // namespace

std::string bar_chart(const Row& row, const std::string& table) {
  const double end = end_of_axis(row);
  const double height = pitch * static_cast<double>(row.entries.size());
  Svg svg(height, "Bars: " + unit_words(row) + " of each, cheapest first. " + place_words(row),
          table);
  double y = 0;
  for (const Entry* entry : in_order(row)) {
    draw(svg, row, *entry, y, end);
    y += pitch;
  }
  const auto base = std::ranges::find(row.entries, row.base, &Entry::name);
  if (base != row.entries.end() && base->is_measured() && base->median() <= end) {
    // Beside the words, not through them.
    const double x = base->median() / end * right_edge;
    for (std::size_t i = 0; i < row.entries.size(); ++i) {
      const double top = bar_top - 2 + pitch * static_cast<double>(i);
      svg.line(x, top, x, top + bar_height + 4, "base");
    }
  }
  return svg.markup();
}

}  // namespace weir::bench::html
