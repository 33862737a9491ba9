#include <algorithm>
#include <cmath>

#include "report/charts.hpp"
#include "report/plot.hpp"
#include "report/words.hpp"

namespace weir::bench::html {
namespace {

constexpr double beside = 8;  // the first points, so that they do not lie on the scale
constexpr double first = named_percents.front();
constexpr double last = 99.99;  // with a name on the axis; nothing lies at 100

// Where a percent lies: 0 at 0, 1 at 90, 2 at 99, 3 at 99.9.
double nines(double percent) { return -std::log10(1 - percent / 100); }

using Curve = std::vector<std::pair<double, double>>;

// Nothing lies at 100 percent, nor at no time.
Curve drawable(const Entry& entry) {
  Curve curve;
  for (const auto& [percent, time] : entry.latency) {
    if (percent >= first && percent < 100 && time > 0) curve.emplace_back(percent, time);
  }
  std::ranges::sort(curve);
  return curve;
}

Plot plot_of(const Row& row) {
  std::vector<double> times;
  double furthest = nines(last);
  for (const Entry& entry : row.entries) {
    for (const auto& [percent, time] : drawable(entry)) {
      times.push_back(time);
      furthest = std::max(furthest, nines(percent));
    }
  }
  return {Scale::linear(nines(first), furthest, Plot::left + beside, Plot::right),
          Scale::around(times, Plot::bottom, Plot::top)};
}

void draw_axes(Svg& svg, const Plot& plot) {
  for (const double tick : plot.up.ticks()) plot.draw_level(svg, tick, time_tick(tick));
  plot.draw_axis(svg, "time until the answer", "percent of the answers came by then");
  for (const double percent : named_percents) {
    if (percent > last) continue;
    const double x = plot.across(nines(percent));
    plot.draw_mark(svg, x);
    plot.draw_mark_words(svg, x, tick_words(percent));
  }
}

void draw_curve(Svg& svg, const Entry& entry, const Look& look, const Plot& plot) {
  const Curve curve = drawable(entry);
  std::string path;
  for (const auto& [percent, time] : curve) {
    path += (path.empty() ? "M" : "L") + point(plot.across(nines(percent)), plot.up(time));
  }
  svg.path(path, look.line_classes());
  for (const double percent : named_percents) {
    const double time = time_at(entry, percent);
    if (curve.empty() || percent > curve.back().first || time <= 0) continue;
    svg.path(look.shape(plot.across(nines(percent)), plot.up(time)), look.point_classes(),
             entry.name + ": " + tick_words(percent) + "% within " + time_words(time));
  }
}

bool is_drawn(const Entry& entry) { return drawable(entry).size() > 1; }

}  // namespace

bool has_latency(const Row& row) { return std::ranges::any_of(row.entries, is_drawn); }

std::string latency_chart(const Row& row, const Looks& looks, const std::string& table) {
  Svg svg(Plot::height, "Lines: latency by percentile. " + place_words(row), table);
  const Plot plot = plot_of(row);
  draw_axes(svg, plot);
  std::vector<const Entry*> entries;
  for (const Entry& entry : row.entries) {
    if (is_drawn(entry)) entries.push_back(&entry);
  }
  // As they leave the chart on the right, the slowest first.
  std::ranges::stable_sort(entries, [](const Entry* a, const Entry* b) {
    return drawable(*a).back().second > drawable(*b).back().second;
  });
  std::string legend;
  for (const Entry* entry : entries) legend += looks.legend(*entry);
  // weir's lines lie on top.
  std::ranges::stable_sort(entries, {}, [](const Entry* entry) { return is_weir(*entry); });
  for (const Entry* entry : entries) draw_curve(svg, *entry, looks.of(entry->name), plot);
  return svg.markup() + "<ul class=\"legend\">" + legend + "</ul>";
}

}  // namespace weir::bench::html
