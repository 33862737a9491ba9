#include "report/page.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "report/charts.hpp"
#include "report/markup.hpp"
#include "report/style.hpp"
#include "report/summary.hpp"
#include "report/tables.hpp"
#include "report/words.hpp"
#include "text.hpp"

namespace weir::bench {
namespace html {
namespace {

// Rows that are drawn together, in the order of their places.
struct Chart {
  std::vector<const Row*> rows;
  std::vector<std::size_t> numbers;  // of the rows in the comparison

  bool has_line() const { return rows.size() > 1 && !rows.front()->axis.empty(); }
};

bool belong_together(const Row& a, const Row& b) {
  return a.suite == b.suite && a.chart == b.chart && a.axis == b.axis && a.figure == b.figure &&
         a.per == b.per && !a.axis.empty();
}

std::vector<Chart> charts_of(const std::vector<Row>& rows) {
  std::vector<Chart> charts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto same = std::ranges::find_if(
        charts, [&](const Chart& chart) { return belong_together(*chart.rows.front(), rows[i]); });
    Chart& chart = same == charts.end() ? charts.emplace_back() : *same;
    const auto behind =
        std::ranges::find_if(chart.rows, [&](const Row* each) { return each->at > rows[i].at; });
    chart.numbers.insert(chart.numbers.begin() + (behind - chart.rows.begin()), i);
    chart.rows.insert(behind, &rows[i]);
  }
  return charts;
}

std::string table_id(std::size_t number) { return "numbers-" + std::to_string(number + 1); }

std::string heading(const std::string& text) { return element("h3", "", escape(text)); }

std::string fold(const std::string& summary, const std::string& inner) {
  return element("details", "", element("summary", "", escape(summary)) + inner);
}

std::string what_of(const Row& row) { return element("p", "class=\"what\"", escape(row.what)); }

// A chart of one row.
std::string bar_card(const Row& row, std::size_t number) {
  const std::string table = table_id(number);
  return element("article", "id=\"" + chart_id(number) + "\"",
                 heading(place_words(row)) + what_of(row) +
                     element("p", "class=\"quiet\"", escape(unit_words(row))) +
                     bar_chart(row, table) + notes({&row}) +
                     fold("Numbers and commands", numbers_table(row, table) + commands(row)));
}

// Rows along an axis: their lines, and below a fold each row by itself.
std::string line_card(const Chart& chart, const Looks& looks) {
  std::string anchors;
  std::string folds;
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const Row& row = *chart.rows[i];
    const std::string table = table_id(chart.numbers[i]);
    anchors += element("span", "id=\"" + chart_id(chart.numbers[i]) + "\"", "");
    folds += fold(row.title,
                  what_of(row) + bar_chart(row, table) + numbers_table(row, table) + commands(row));
  }
  const Row& first = *chart.rows.front();
  return element(
      "article", "",
      anchors + heading(first.chart) + what_of(first) +
          line_chart(chart.rows, looks, table_id(chart.numbers.front())) + notes(chart.rows) +
          element("p", "class=\"quiet\"", "Bars, numbers and commands of each:") + folds);
}

std::string latency_cards(const Chart& chart, const Looks& looks) {
  std::string cards;
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const Row& row = *chart.rows[i];
    if (!has_latency(row)) continue;
    cards += element("article", "",
                     heading("Latency: " + place_words(row)) +
                         latency_chart(row, looks, table_id(chart.numbers[i])));
  }
  return cards;
}

std::string cards(const Chart& chart, const Looks& looks) {
  if (chart.has_line()) return line_card(chart, looks) + latency_cards(chart, looks);
  return bar_card(*chart.rows.front(), chart.numbers.front()) + latency_cards(chart, looks);
}

std::string suites(const Comparison& comparison) {
  const Looks looks(comparison);
  const auto charts = charts_of(comparison.rows);
  std::vector<std::string> names;
  for (const Row& row : comparison.rows) {
    if (std::ranges::find(names, row.suite) == names.end()) names.push_back(row.suite);
  }
  std::string sections;
  for (const std::string& name : names) {
    std::string inner;
    for (const Chart& chart : charts) {
      if (chart.rows.front()->suite == name) inner += cards(chart, looks);
    }
    sections += "<section><h2>Suite: " + escape(name) + "</h2>" +
                element("div", "class=\"cards\"", inner) + "</section>";
  }
  return sections;
}

// "2026-11-22T15:00:00Z" is "2026-11-22 15:00:00 UTC".
std::string moment(std::string text) {
  if (!text.ends_with('Z')) return text;
  text.replace(text.size() - 1, 1, " UTC");
  if (const auto at = text.find('T'); at < text.size() - 4) text[at] = ' ';
  return text;
}

std::string took(double seconds) {
  constexpr double minute = 60;
  if (seconds < minute) return fixed(seconds, 0) + " s";
  return fixed(seconds / minute, 1) + " min";
}

// A name that every system takes.
std::string download_name(const Comparison& comparison) {
  std::string name = "weir-bench-" + comparison.suite + "-" + comparison.started;
  const auto is_plain = [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '-';
  };
  std::ranges::replace_if(
      name, [&](char letter) { return !is_plain(static_cast<unsigned char>(letter)); }, '-');
  return name + ".json";
}

std::string header(const Comparison& comparison) {
  const std::string data = "data:application/json;base64," + base64(to_json(comparison));
  return "<header><h1>weir-bench: " + escape(comparison.suite) + "</h1><p class=\"quiet\">" +
         escape(moment(comparison.started)) + ", took " + took(comparison.seconds) +
         "</p><p><a class=\"button\" download=\"" + download_name(comparison) + "\" href=\"" +
         data + "\">All numbers as JSON</a></p></header>";
}

constexpr std::string_view head =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
    "<meta name=\"color-scheme\" content=\"light dark\"/>"
    // Nothing is fetched and no script runs, whatever the file's texts say.
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:\"/>"
    "<link rel=\"icon\" href=\"data:,\"/>";

// What all drawings share.
constexpr std::string_view definitions =
    "<svg class=\"definitions\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" width=\"5\" "
    "height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<rect class=\"hatch\" width=\"2\" height=\"5\"/></pattern></defs></svg>";

}  // namespace
}  // namespace html

std::string to_html(const Comparison& comparison) {
  using namespace html;
  std::string page(head);
  page += "<title>weir-bench: " + escape(comparison.suite) + "</title><style>";
  page += style();
  page += "</style></head>\n<body>";
  page += definitions;
  page += header(comparison) + "\n<main>" + summary(comparison) + "\n" + facts(comparison) + "\n" +
          suites(comparison);
  page += "<section><h2>All of it again</h2>" + command_box(comparison.command) + "</section>";
  return page + "</main></body></html>\n";
}

}  // namespace weir::bench
