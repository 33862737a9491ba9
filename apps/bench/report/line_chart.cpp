#include <algorithm>
#include <optional>
#include <set>

#include "report/charts.hpp"
#include "report/plot.hpp"
#include "report/words.hpp"

namespace weir::bench::html {
namespace {

constexpr double least_gap = 4;  // between two words of the axis
constexpr double letter = 6;     // its width, about

struct Spot {
  const Row* row;
  const Entry* entry;  // measured
};

// A contestant along the axis; none where it was not measured.
using Series = std::vector<std::optional<Spot>>;

const Entry* measured(const Row& row, const std::string& name) {
  const auto found = std::ranges::find(row.entries, name, &Entry::name);
  return found == row.entries.end() || !found->is_measured() ? nullptr : &*found;
}

Series series_of(const std::vector<const Row*>& rows, const std::string& name) {
  Series series;
  for (const Row* row : rows) {
    const Entry* entry = measured(*row, name);
    series.push_back(entry == nullptr ? std::nullopt : std::optional(Spot{row, entry}));
  }
  return series;
}

std::vector<std::string> names_of(const std::vector<const Row*>& rows) {
  std::vector<std::string> names;
  for (const Row* row : rows) {
    for (const Entry& entry : row->entries) {
      if (std::ranges::find(names, entry.name) == names.end()) names.push_back(entry.name);
    }
  }
  return names;
}

// The names as the lines leave the chart on the right, the highest first.
std::vector<std::string> in_order(const std::vector<const Row*>& rows) {
  auto names = names_of(rows);
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::none_of(rows, [&](const Row* row) { return measured(*row, name); });
  });
  const auto last = [&](const std::string& name) {
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if (const Entry* entry = measured(**row, name)) return -entry->median();
    }
    return 0.0;
  };
  std::ranges::stable_sort(names, {}, last);
  return names;
}

Plot plot_of(const std::vector<const Row*>& rows) {
  std::vector<double> places;
  std::vector<double> costs;
  for (const Row* row : rows) {
    places.push_back(row->at);
    for (const Entry& entry : row->entries) {
      if (entry.is_measured()) costs.push_back(entry.median());
    }
  }
  return {Scale::around(places, Plot::left, Plot::right),
          Scale::around(costs, Plot::bottom, Plot::top)};
}

void draw_axes(Svg& svg, const std::vector<const Row*>& rows, const Plot& plot) {
  const Row& first = *rows.front();
  const bool is_bytes = first.figure == Figure::memory || first.figure == Figure::binary_size;
  for (const double tick : is_bytes ? plot.up.binary_ticks() : plot.up.ticks()) {
    plot.draw_level(svg, tick, figure_tick(first.figure, tick));
  }
  plot.draw_axis(svg, unit_words(first), first.axis);
  double free_from = 0;
  for (const Row* row : rows) {
    const double x = plot.across(row->at);
    const std::string words = tick_words(row->at);
    const double half = letter * static_cast<double>(words.size()) / 2;
    plot.draw_mark(svg, x);
    if (x - half < free_from) continue;
    plot.draw_mark_words(svg, x, words);
    free_from = x + half + least_gap;
  }
}

std::string title_of(const Spot& spot) {
  std::string title = spot.entry->name + ", " + spot.row->title + ": " +
                      figure_words(spot.row->figure, spot.entry->median());
  if (!spot.entry->no_result.empty()) return title + "; no result: " + spot.entry->no_result;
  if (!spot.entry->ratios.empty()) {
    title += ", " + ratio_words(spread_of(spot.entry->ratios).median) + " of " + spot.row->base;
  }
  return title;
}

void draw_series(Svg& svg, const Series& series, const Look& look, const Plot& plot) {
  const auto place = [&](const Spot& spot) {
    return std::pair(plot.across(spot.row->at), plot.up(spot.entry->median()));
  };
  std::string path;
  bool joined = false;
  for (const auto& spot : series) {
    if (spot) {
      const auto [x, y] = place(*spot);
      path += (joined ? "L" : "M") + point(x, y);
    }
    joined = spot.has_value();
  }
  svg.path(path, look.line_classes());
  for (const auto& spot : series) {
    if (!spot) continue;
    const auto [x, y] = place(*spot);
    const bool doubtful = !spot->entry->no_result.empty();
    svg.path(look.shape(x, y), doubtful ? "point void" : look.point_classes(), title_of(*spot));
  }
}

}  // namespace

std::string line_chart(const std::vector<const Row*>& rows, const Looks& looks,
                       const std::string& table) {
  const Row& first = *rows.front();
  Svg svg(Plot::height, "Lines: " + unit_words(first) + " along " + first.axis + ". " + first.chart,
          table);
  const Plot plot = plot_of(rows);
  draw_axes(svg, rows, plot);
  std::string legend;
  const auto names = in_order(rows);
  // weir's lines lie on top.
  for (const bool of_weir : {false, true}) {
    for (const std::string& name : names) {
      const Look look = looks.of(name);
      if (look.weir == of_weir) draw_series(svg, series_of(rows, name), look, plot);
    }
  }
  for (const std::string& name : names) {
    const auto row =
        std::ranges::find_if(rows, [&](const Row* each) { return measured(*each, name); });
    legend += looks.legend(*measured(**row, name));
  }
  return svg.markup() + "<ul class=\"legend\">" + legend + "</ul>";
}

}  // namespace weir::bench::html
