#include "report/tables.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "report/markup.hpp"
#include "report/words.hpp"
#include "shell_words.hpp"

namespace weir::bench::html {
namespace {

std::string head(std::string_view text) { return element("th", "scope=\"col\"", escape(text)); }
std::string cell(std::string_view text) { return element("td", "", escape(text)); }

// "messages_per_second" is "messages per second".
std::string spaced(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::set<std::string> beside_of(const Row& row) {
  std::set<std::string> names;
  for (const Entry& entry : row.entries) {
    for (const auto& [name, value] : entry.beside) names.insert(name);
  }
  return names;
}

// Those of named_percents that any entry's curve says something about.
std::vector<double> percents_of(const Row& row) {
  std::vector<double> percents;
  for (const double percent : named_percents) {
    const auto says = [&](const Entry& entry) { return time_at(entry, percent) >= 0; };
    if (std::ranges::any_of(row.entries, says)) percents.push_back(percent);
  }
  return percents;
}

std::string latency_at(const Entry& entry, double percent) {
  const double time = time_at(entry, percent);
  return time < 0 ? "–" : time_words(time);
}

std::string ratio_cells(const Row& row, const Entry& entry) {
  if (is_base(row, entry)) return cell("base") + cell("–");
  if (entry.ratios.empty()) return cell("–") + cell("–");
  const Spread ratio = spread_of(entry.ratios);
  const std::string note = entry.no_result.empty() ? "" : ", no result";
  return cell(ratio_words(ratio.median) + note) +
         cell(ratio_words(ratio.lowest) + " to " + ratio_words(ratio.highest));
}

std::string line_of(const Row& row, const Entry& entry, const std::set<std::string>& beside,
                    const std::vector<double>& percents) {
  const std::string name = element("th", "scope=\"row\"", escape(name_words(entry)));
  if (!entry.is_measured()) {
    const std::string rest = std::to_string(6 + beside.size() + percents.size());
    return element("tr", "",
                   name + element("td", "class=\"reason\" colspan=\"" + rest + "\"",
                                  "not measured: " + escape(entry.skipped)));
  }
  const Spread spread = spread_of(entry.rounds);
  std::string cells = name + cell(figure_words(row.figure, spread.median)) +
                      cell(figure_words(row.figure, spread.lowest)) +
                      cell(figure_words(row.figure, spread.highest)) + ratio_cells(row, entry) +
                      cell(std::to_string(entry.rounds.size()));
  for (const std::string& each : beside) {
    const auto found = entry.beside.find(each);
    cells += cell(found == entry.beside.end() ? "–" : beside_words(each, found->second));
  }
  for (const double percent : percents) cells += cell(latency_at(entry, percent));
  return element("tr", is_weir(entry) ? "class=\"weir\"" : "", cells);
}

}  // namespace

std::string numbers_table(const Row& row, const std::string& id) {
  const auto beside = beside_of(row);
  const auto percents = percents_of(row);
  std::string heads = head("") + head("median") + head("lowest") + head("highest") +
                      head("ratio to " + row.base) + head("ratios") + head("rounds");
  for (const std::string& name : beside) heads += head(spaced(name));
  for (const double percent : percents) heads += head(tick_words(percent) + "% within");
  std::string lines;
  for (const Entry& entry : row.entries) lines += line_of(row, entry, beside, percents);
  const std::string table =
      element("table", "id=\"" + id + "\"",
              element("caption", "", escape(place_words(row) + ": " + unit_words(row))) +
                  element("thead", "", element("tr", "", heads)) + element("tbody", "", lines));
  const std::string label = "Numbers of " + place_words(row);
  return element(
      "div", "class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"" + escape(label) + "\"",
      table);
}

std::string command_box(const std::string& command) {
  return element("pre", "tabindex=\"0\"", element("code", "", escape(command)));
}

std::string commands(const Row& row) {
  std::string started;
  for (const Entry& entry : row.entries) {
    if (entry.command.empty()) continue;
    started += element("dt", "", escape(entry.name)) +
               element("dd", "", command_box(shell_words(entry.command)));
  }
  std::string text = "<p class=\"quiet again\">Again:</p>" + command_box(row.command);
  if (!started.empty()) {
    text += "<p class=\"quiet again\">What was started:</p>" +
            element("dl", "class=\"started\"", started);
  }
  return text;
}

std::string notes(const std::vector<const Row*>& rows) {
  // The same of the same contestant is said once, with the rows it is true of.
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;
  for (const Row* row : rows) {
    for (const Entry& entry : row->entries) {
      if (has_result(entry)) continue;
      const std::string what =
          entry.is_measured() ? "no result, " + entry.no_result : "not measured, " + entry.skipped;
      const std::string line = element("b", "", escape(entry.name)) + ": " + escape(what);
      const auto same = std::ranges::find(lines, line, &decltype(lines)::value_type::first);
      auto& places = same == lines.end()
                         ? lines.emplace_back(line, std::vector<std::string>{}).second
                         : same->second;
      places.push_back(row->title);
    }
  }
  std::string list;
  for (const auto& [line, places] : lines) {
    std::string where;
    for (const std::string& place : places) where += (where.empty() ? "" : "; ") + place;
    const bool everywhere = places.size() == rows.size();
    list += element("li", "", line + (everywhere ? "" : " (" + escape(where) + ")"));
  }
  if (list.empty()) return {};
  std::string notes = element("ul", "class=\"notes\"", list);
  constexpr std::size_t most_open = 4;
  if (lines.size() <= most_open) return notes;
  const std::string count = std::to_string(lines.size()) + " reasons for no result";
  return element("details", "", element("summary", "", count) + notes);
}

}  // namespace weir::bench::html
