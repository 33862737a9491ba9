#include "report/summary.hpp"

#include <algorithm>
#include <array>

#include "report/findings.hpp"
#include "report/markup.hpp"
#include "report/words.hpp"
#include "text.hpp"

namespace weir::bench::html {
namespace {

std::string_view class_of(Outcome outcome) {
  const bool says_something = outcome < Outcome::no_peer;
  return says_something ? name_of(outcome) : "none";
}

// weir's entries, each with its ratio.
std::string chips(const Row& row) {
  std::string list;
  bool any_ratio = false;
  for (const Entry& entry : row.entries) {
    if (!is_weir(entry) || !has_result(entry)) continue;  // the sentence says why
    std::string text = entry.name + " ";
    if (!entry.ratios.empty()) {
      text += ratio_words(spread_of(entry.ratios).median);
      any_ratio = true;
    } else {
      text += figure_words(row.figure, entry.median());
    }
    list += element("li", "", escape(text));
  }
  if (list.empty()) return {};
  const std::string of = "of " + escape(row.base) + ":";
  return (any_ratio ? element("p", "class=\"quiet\"", of) : "") +
         element("ul", "class=\"chips\"", list);
}

std::string link_to(const Row& row, std::size_t number) {
  return element("a", "href=\"#" + chart_id(number) + "\"", escape(place_words(row)));
}

std::string item(const Row& row, std::size_t number, const Finding& finding) {
  const std::string badge =
      element("span", "class=\"badge " + std::string(class_of(finding.outcome)) + "\"",
              escape(name_of(finding.outcome)));
  return element("li", "class=\"finding\"",
                 element("p", "class=\"where\"", badge + " " + link_to(row, number)) +
                     element("p", "", escape(finding.sentence)) +
                     element("div", "class=\"ratios\"", chips(row)));
}

std::string fact_list(const std::vector<Fact>& facts) {
  std::string list;
  for (const auto& [name, value] : facts) {
    list += element("dt", "", escape(name)) + element("dd", "", escape(value));
  }
  return element("dl", "", list);
}

// All rows in a sentence or three.
class Tally {
 public:
  void add(const Row& row, const Finding& finding) {
    ++(has_peer(row) ? counts_[static_cast<std::size_t>(finding.outcome)] : alone_);
    // Instructions and bytes are another matter than time, and would need medians of their own.
    if (row.figure == Figure::cpu && finding.of_floor) of_floor_.push_back(*finding.of_floor);
  }

  std::string words() const {
    std::size_t all = 0;
    for (const std::size_t each : counts_) all += each;
    std::string text = "Of " + plural(all, "row") + " with peers weir wins " + bold(Outcome::wins) +
                       ", is level in " + bold(Outcome::level) + ", loses " + bold(Outcome::loses) +
                       " and has no result in " + bold(Outcome::no_result) + ".";
    if (alone_ > 0)
      text += " " + (alone_ == 1 ? "1 row has" : plural(alone_, "row") + " have") + " none.";
    if (of_floor_.empty()) return text;
    return text + " It costs " + element("b", "", fixed(spread_of(of_floor_).median, 2)) +
           " of the CPU of a bare floor in C, in the median of " + plural(of_floor_.size(), "row") +
           ".";
  }

 private:
  std::size_t count(Outcome outcome) const { return counts_[static_cast<std::size_t>(outcome)]; }
  std::string bold(Outcome outcome) const {
    return element("b", "", std::to_string(count(outcome)));
  }

  std::array<std::size_t, std::size(all_outcomes)> counts_{};  // of rows with peers
  std::size_t alone_ = 0;
  std::vector<double> of_floor_;
};

// The rows where a peer is not beaten, so that nobody must look for them.
std::string not_won_list(const Comparison& comparison) {
  std::string list;
  std::string without;  // links to rows where weir has no result
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const std::string why = not_won(comparison.rows[i], comparison.max_spread);
    if (why == weir_without_result) {
      without += (without.empty() ? "" : "; ") + link_to(comparison.rows[i], i);
    }
    if (why.empty() || why == weir_without_result) continue;
    list += element("li", "", link_to(comparison.rows[i], i) + ": " + escape(why) + ".");
  }
  if (!without.empty()) list += element("li", "", "weir has no result in " + without + ".");
  if (list.empty()) return {};
  return "<h3>Not won</h3>" + element("ul", "class=\"unwon\"", list);
}

// Many sentences hide the charts: a click shows them.
std::string row_by_row(std::size_t rows, const std::string& items) {
  constexpr std::size_t most_open = 16;
  const std::string list = element("ul", "class=\"findings\"", items);
  if (rows <= most_open) return "<h3>Row by row</h3>" + list;
  return element("details", "",
                 element("summary", "", "Row by row: " + plural(rows, "sentence")) + list);
}

}  // namespace

std::string chart_id(std::size_t row) { return "row-" + std::to_string(row + 1); }

std::string summary(const Comparison& comparison) {
  if (comparison.rows.empty()) {
    return "<section><h2>At a glance</h2><p>There are no rows.</p></section>";
  }
  Tally tally;
  std::string list;
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const Finding finding = finding_of(comparison.rows[i], comparison.max_spread);
    tally.add(comparison.rows[i], finding);
    list += item(comparison.rows[i], i, finding);
  }
  const std::string rule =
      "In each row weir's cheapest stands against the cheapest peer: a library, a language or a "
      "server that people choose. A floor is a bare loop in C that does nothing but echo: a "
      "yardstick, not a rival. Every figure is a cost: less is better. Level means that the "
      "rounds are on both sides, or the medians within 1%. No result: they spread too far.";
  return "<section><h2>At a glance</h2><p class=\"tally\">" + tally.words() +
         "</p><p class=\"quiet\">" + rule + "</p>" + not_won_list(comparison) +
         row_by_row(comparison.rows.size(), list) + "</section>";
}

std::string facts(const Comparison& comparison) {
  return "<section class=\"facts\"><h2>Machine and settings</h2><div class=\"columns\">" +
         fact_list(comparison.machine) + fact_list(comparison.settings) + "</div></section>";
}

}  // namespace weir::bench::html
