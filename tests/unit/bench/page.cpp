// The page of weir-bench report: whole, escaped, asking nobody, and honest about who wins.
#include "report/page.hpp"

#include <boost/test/unit_test.hpp>
#include <cctype>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "failure.hpp"
#include "report/findings.hpp"
#include "report/markup.hpp"
#include "report/scale.hpp"
#include "report/words.hpp"
#include "unit/bench/compared.hpp"

namespace weir::bench::html {

inline std::ostream& operator<<(std::ostream& out, Outcome outcome) {
  return out << name_of(outcome);
}

}  // namespace weir::bench::html

namespace {

using namespace weir::bench;
using namespace weir::bench::testing;
using html::Outcome;

// A row on an axis, with latency, a skipped one and one without a result.
Row rich_row(double at) {
  Entry weir = entry_of("weir epoll", {101, 102, 103}, {1.01, 1.02, 1.03});
  weir.latency = {{50, 20'000}, {99, 90'000}, {99.99, 900'000}, {100, 1e6}};
  weir.beside = {{"user_share", 0.25}};
  Entry doubtful = entry_of("libuv", {110, 120, 190}, {1.1, 1.2, 1.9});
  doubtful.no_result = "spread too far";
  Row row = row_of("r" + std::to_string(at), Figure::cpu,
                   {entry_of("C epoll", {100, 100, 100}), weir, doubtful,
                    skipped_entry("Go", "it is not built")});
  row.chart = "Ping-pong";
  row.axis = "connections";
  row.at = at;
  return row;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// Empty, or the first place where tags do not nest, an attribute has no quotes or '&' is bare.
// Enough of XML for pages that are made by this program; tests/browser asks a parser.
std::string broken_at(std::string_view page) {
  std::vector<std::string_view> open;
  std::size_t at = page.find("<html");
  while ((at = page.find('<', at)) != std::string_view::npos) {
    const auto end = page.find('>', at);
    if (end == std::string_view::npos) return "a tag without end";
    const auto tag = page.substr(at + 1, end - at - 1);
    const auto name = tag.substr(0, tag.find_first_of(" /", 1));
    if (count(tag, "\"") % 2 != 0 || count(tag, "<") != 0) return std::string(tag);
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return std::string(tag);
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
    at = end;
  }
  return open.empty() ? "" : std::string(open.back()) + " is left open";
}

Row counted_row(std::vector<Entry> entries) {
  return row_of("r", Figure::allocations, std::move(entries));
}
Row timed_row(std::vector<Entry> entries) { return row_of("r", Figure::cpu, std::move(entries)); }

}  // namespace

BOOST_AUTO_TEST_CASE(the_page_has_every_row_and_entry_its_reasons_and_its_commands) {
  Comparison comparison = comparison_of({rich_row(1), rich_row(64), rich_row(1000)});
  comparison.rows.push_back(
      row_of("memory", Figure::memory, {entry_of("C epoll", {96}), entry_of("weir", {208}, {2})}));
  const std::string page = to_html(comparison);
  BOOST_TEST(broken_at(page) == "");
  for (const Row& row : comparison.rows) {
    BOOST_TEST(page.find(html::escape(row.command)) != std::string::npos, row.id);
    for (const Entry& entry : row.entries) {
      BOOST_TEST(page.find("<th scope=\"row\">" + entry.name) != std::string::npos, entry.name);
    }
  }
  for (const char* part :
       {"it is not built", "spread too far", "a processor", "2026-11-22 12:00:00 UTC",
        "weir-bench compare peers", "class=\"bar void\"", "class=\"slot\"", "99.99% within",
        "user share", "download=\"weir-bench-peers-2026-11-22T12-00-00Z.json\""}) {
    BOOST_TEST(page.find(part) != std::string::npos, part);
  }
  // Four rows of bars, one chart of lines, three of latency.
  BOOST_TEST(count(page, "role=\"img\"") == 8U);
  BOOST_TEST(count(page, "<h1") == 1U);
}

BOOST_AUTO_TEST_CASE(texts_of_the_file_stay_texts) {
  const std::string evil = "\"'><script>alert(1)</script>&\x01\xff";
  Comparison comparison = comparison_of({rich_row(1), rich_row(2)});
  comparison.suite = comparison.command = evil;
  comparison.machine = comparison.settings = {{evil, evil}};
  for (Row& row : comparison.rows) {
    row.title = row.what = row.chart = row.suite = row.command = row.axis = row.per = evil;
    row.entries[0].name = row.base = evil + " base";
    row.entries[1].name = "weir " + evil;
    row.entries[1].command = {evil};
    row.entries[1].beside = {{evil, 1}};
    row.entries[2].no_result = row.entries[3].skipped = evil;
  }
  const std::string page = to_html(comparison);
  BOOST_TEST(broken_at(page) == "");
  BOOST_TEST(page.find("<script") == std::string::npos);
  BOOST_TEST(page.find("'>") == std::string::npos);
  BOOST_TEST(page.find('\x01') == std::string::npos);
  BOOST_TEST(page.find('\xff') == std::string::npos);
  BOOST_TEST(html::escape(evil) ==
             "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(the_page_asks_nobody_for_anything) {
  const std::string page = to_html(comparison_of({rich_row(1), rich_row(2)}));
  for (const char* part : {"http://", "https://", "src=", "@import", "<script", "<iframe", "//"}) {
    // Base64 may hold slashes.
    const auto data = page.find("base64,");
    const auto behind = page.find('"', data);
    BOOST_TEST((page.substr(0, data) + page.substr(behind)).find(part) == std::string::npos, part);
  }
  BOOST_TEST(count(page, "url(") == count(page, "url(#"));
  BOOST_TEST(count(page, "href=\"") == count(page, "href=\"#") + count(page, "href=\"data:"));
}

BOOST_AUTO_TEST_CASE(a_page_comes_of_rows_with_nothing_to_draw) {
  const std::vector<std::vector<Row>> cases = {
      {},
      {row_of("none", Figure::cpu, {})},
      {row_of("skipped", Figure::cpu, {skipped_entry("weir", "gone")})},
      {counted_row({entry_of("C epoll", {0}), entry_of("weir", {0}, {0})})},
      {timed_row({entry_of("C epoll", {5, 5, 5})})},
      {rich_row(0), rich_row(1)},
      {rich_row(7), rich_row(7.0000001)},
  };
  for (const auto& rows : cases) {
    const std::string page = to_html(comparison_of(rows));
    BOOST_TEST(broken_at(page) == "");
    BOOST_TEST(page.find("nan") == std::string::npos);
    BOOST_TEST(page.find("\"inf") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_finding_follows_from_the_numbers) {
  const Entry base = entry_of("C epoll", {100, 100, 100});
  const auto weir = [](double ratio) {
    return entry_of("weir", {ratio * 100, ratio * 100, ratio * 100}, {ratio, ratio, ratio});
  };
  Entry doubtful = weir(0.5);
  doubtful.no_result = "noise";
  struct Case {
    Row row;
    Outcome outcome;
    std::string sentence;
  };
  const Entry libuv = entry_of("libuv", {150, 150, 150}, {1.5, 1.5, 1.5});
  const Case cases[] = {
      {timed_row({base, libuv, weir(0.9)}), Outcome::wins,
       "weir (90.0 ns) wins: 40% less than libuv, the cheapest peer, and 10% less than C epoll, "
       "the floor."},
      // A floor that is cheaper is nobody to lose against.
      {timed_row({base, libuv, weir(1.2)}), Outcome::wins,
       "weir (120 ns) wins: 20% less than libuv, the cheapest peer, and 20% more than C epoll, "
       "the floor."},
      {timed_row({base, libuv, weir(1.8)}), Outcome::loses,
       "libuv wins with 150 ns per message: weir (180 ns) costs 20% more than libuv, the cheapest "
       "peer, and 80% more than C epoll, the floor."},
      {timed_row({base, libuv, weir(1.506)}), Outcome::level,
       "weir (151 ns) is level with libuv (150 ns per message), the cheapest peer; it costs 51% "
       "more than C epoll, the floor."},
      {timed_row({base, weir(2.5)}), Outcome::no_peer,
       "weir (250 ns) costs 2.50 times as much as C epoll, the floor."},
      {timed_row({base, weir(1.006)}), Outcome::no_peer,
       "weir (101 ns) costs as much as C epoll, the floor."},
      // Far in the middle, but the rounds are on both sides.
      {timed_row({libuv, entry_of("weir", {148, 158, 159})}), Outcome::level,
       "weir (158 ns) is level with libuv (150 ns per message), the cheapest peer."},
      // Each agrees with the base, and not with the other.
      {timed_row({base, entry_of("libuv", {146, 150, 154}), entry_of("weir", {154, 150, 146})}),
       Outcome::no_result,
       "No result: weir (150 ns) and libuv (150 ns per message), the cheapest peer, spread too far "
       "against each other (0.95 to 1.05); weir costs 50% more than C epoll, the floor."},
      {timed_row({base, entry_of("C threads", {86, 90, 94}), entry_of("weir", {104, 100, 96})}),
       Outcome::no_result, "weir (100 ns); no result against C threads, the floor."},
      {counted_row({entry_of("libuv", {90, 100, 110}), entry_of("weir", {60, 50, 40})}),
       Outcome::wins, "weir (50.0) wins: 50% less than libuv, the cheapest peer."},
      // Both were slower in the second round, and weir was cheaper in each.
      {timed_row({entry_of("libuv", {110, 220, 110}), entry_of("weir", {100, 200, 100})}),
       Outcome::wins, "weir (100 ns) wins: 9.1% less than libuv, the cheapest peer."},
      {timed_row({base, doubtful}), Outcome::no_result, "No result: weir: no result."},
      {timed_row({base, libuv, doubtful, entry_of("weir asio", {200, 200}, {2, 2})}),
       Outcome::loses,
       "libuv wins with 150 ns per message: weir asio (200 ns) costs 33% more than libuv, the "
       "cheapest peer, and 2.00 times as much as C epoll, the floor. Besides: weir: no result."},
      {timed_row({base, skipped_entry("weir", "gone")}), Outcome::no_result,
       "No result: weir: not measured."},
      {timed_row({base, libuv}), Outcome::no_result, "No result: weir is not in this row."},
      {timed_row({skipped_entry("C epoll", "gone"), weir(1)}), Outcome::no_result,
       "weir (100 ns); nobody else has a result."},
      {timed_row({base, skipped_entry("libuv", "gone"), weir(1)}), Outcome::no_result,
       "weir (100 ns) costs as much as C epoll, the floor; no peer has a result."},
      {counted_row({entry_of("libuv", {0}), entry_of("weir", {3})}), Outcome::loses,
       "libuv wins with 0 per message: weir (3.00) costs more than libuv, the cheapest peer, "
       "which costs nothing."},
      {counted_row({entry_of("libuv", {2.02}), entry_of("weir", {2.03}, {1.005})}), Outcome::level,
       "weir (2.03) is level with libuv (2.02 per message), the cheapest peer."},
      {counted_row({entry_of("libuv", {1.2}), entry_of("weir", {0}, {0})}), Outcome::wins,
       "weir (0) wins: less than libuv, the cheapest peer."},
  };
  const Row two_pages = row_of("r", Figure::memory,
                               {entry_of("libev", {74, 74, 74}), entry_of("weir", {82, 82, 82})});
  BOOST_TEST(html::finding_of(two_pages, 0.1).outcome == Outcome::level);
  for (const Case& each : cases) {
    const html::Finding finding = html::finding_of(each.row, 0.1);
    BOOST_TEST(finding.outcome == each.outcome, each.sentence);
    BOOST_TEST(finding.sentence == each.sentence);
  }
}

BOOST_AUTO_TEST_CASE(a_row_lists_each_peer_that_an_entry_of_weirs_is_not_below) {
  const Entry base = entry_of("C epoll", {100, 100, 100});
  const Entry asio = entry_of("weir asio", {120, 130, 120}, {1.2, 1.3, 1.2});
  const Entry epoll = entry_of("weir epoll", {110, 120, 110}, {1.1, 1.2, 1.1});
  const Entry libev = entry_of("libev", {114, 124, 114}, {1.14, 1.24, 1.14});
  const Entry libuv = entry_of("libuv", {110, 121, 110}, {1.1, 1.21, 1.1});
  const Entry node = entry_of("Node", {200, 200, 200}, {2, 2, 2});
  Entry go = entry_of("Go", {150, 190, 150}, {1.5, 1.9, 1.5});
  go.no_result = "noise";
  Entry lost = epoll;
  lost.no_result = "noise";
  const auto said = [](std::vector<Entry> entries) {
    return html::not_won(timed_row(std::move(entries)), 0.1);
  };
  BOOST_TEST(said({base, asio, epoll, node}) == "");
  BOOST_TEST(said({entry_of("C epoll", {1, 1, 1}), asio}) == "");
  BOOST_TEST(said({base, node}) == "weir has no result");
  BOOST_TEST(said({base, asio, epoll, libev, node}) ==
             "libev costs 0.95 of weir asio (0.95 to 0.95)");
  BOOST_TEST(said({base, asio, epoll, libuv}) ==
             "libuv costs 0.92 of weir asio (0.92 to 0.93), 1.00 of weir epoll (level, 1.00 to "
             "1.01)");
  BOOST_TEST(said({base, asio, lost, node}) == "no result: weir epoll");
  BOOST_TEST(said({base, epoll, libuv}) == "libuv costs 1.00 of weir epoll (level, 1.00 to 1.01)");
  BOOST_TEST(said({base, asio, libev, go, skipped_entry("libevent", "gone")}) ==
             "libev costs 0.95 of weir asio (0.95 to 0.95); no result: Go, libevent");
  BOOST_TEST(said({base, lost, node}) == "weir has no result");
  const Entry apart = entry_of("libuv", {122, 118, 122}, {1.22, 1.18, 1.22});
  BOOST_TEST(said({base, asio, apart}) == "no result: libuv against weir asio (0.91 to 1.02)");
  BOOST_TEST(html::not_won(timed_row({base, asio, apart}), 0.2) ==
             "libuv costs 1.02 of weir asio (level, 0.91 to 1.02)");
  BOOST_TEST(html::not_won(counted_row({entry_of("libuv", {0}), entry_of("weir", {0})}), 0.1) ==
             "libuv costs as little as weir");
}

BOOST_AUTO_TEST_CASE(the_page_counts_rows_against_peers_and_lists_those_that_are_not_won) {
  const Entry base = entry_of("C epoll", {100, 100, 100});
  const auto weir = [](double cost) { return entry_of("weir", {cost, cost, cost}); };
  const Entry libuv = entry_of("libuv", {150, 150, 150}, {1.5, 1.5, 1.5});
  std::vector<Row> rows = {timed_row({base, libuv, weir(120)}), timed_row({base, libuv, weir(200)}),
                           timed_row({base, weir(110)})};
  rows[1].id = "lost";
  const std::string page = to_html(comparison_of(rows));
  for (const char* part :
       {"Of 2 rows with peers weir wins <b>1</b>, is level in <b>0</b>, loses <b>1</b> and has no "
        "result in <b>0</b>. 1 row has none.",
        "It costs <b>1.20</b> of the CPU of a bare floor in C, in the median of 3 rows.",
        "<h3>Not won</h3>", ": libuv costs 0.75 of weir (0.75 to 0.75).</li></ul>",
        "C epoll (floor)", "class=\"bar f\""}) {
    BOOST_TEST(page.find(part) != std::string::npos, part);
  }
  BOOST_TEST(count(page, "0 of weir (") == 0U);
  // Of a row without peers it is no matter here that weir has no result.
  Entry lost = weir(110);
  lost.no_result = "noise";
  rows[2] = timed_row({base, lost});
  BOOST_TEST(to_html(comparison_of(rows)).find("<b>0</b>. 1 row has none.") != std::string::npos);
  rows[1] = timed_row({base, libuv, lost});
  BOOST_TEST(to_html(comparison_of(rows)).find("<li>weir has no result in <a ") !=
             std::string::npos);
  const std::string won = to_html(comparison_of({rows[0]}));
  BOOST_TEST(won.find("Not won") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(scales_keep_inside_and_have_few_round_lines) {
  for (const auto& values : std::vector<std::vector<double>>{
           {2, 3, 5}, {1, 10'000}, {7, 7}, {0, 5}, {0, 0}, {}, {1e-3, 1e9}, {999, 1001}}) {
    const auto scale = html::Scale::around(values, 200, 20);
    for (const double value : values) {
      BOOST_TEST(scale(value) <= 200);
      BOOST_TEST(scale(value) >= 20);
    }
    for (const auto& ticks : {scale.ticks(), scale.binary_ticks()}) {
      BOOST_TEST(ticks.size() >= 2U);
      BOOST_TEST(ticks.size() <= 7U);
    }
  }
  const auto decades = html::Scale::logarithmic(1, 1000, 0, 300);
  BOOST_TEST(decades(10) == 100, boost::test_tools::tolerance(1e-9));
  BOOST_TEST((decades.ticks() == std::vector<double>{1, 10, 100, 1000}));
}

BOOST_AUTO_TEST_CASE(figures_are_written_with_three_digits_and_a_fitting_unit) {
  BOOST_TEST(html::figure_words(Figure::cpu, 850) == "850 ns");
  BOOST_TEST(html::figure_words(Figure::cpu, 5412) == "5.41 µs");
  BOOST_TEST(html::figure_words(Figure::memory, 208) == "208 B");
  BOOST_TEST(html::figure_words(Figure::memory, 1216) == "1.19 KiB");
  BOOST_TEST(html::figure_words(Figure::compile_time, 5.2) == "5.20 s");
  BOOST_TEST(html::figure_words(Figure::instructions, 12345) == "12,345");
  BOOST_TEST(html::figure_words(Figure::system_calls, 0.0158) == "0.016");
  BOOST_TEST(html::shortened("größer als das", 5) == "größ…");
  BOOST_TEST(html::base64("") == "");
  BOOST_TEST(html::base64("f") == "Zg==");
  BOOST_TEST(html::base64("fo") == "Zm8=");
  BOOST_TEST(html::base64("foo") == "Zm9v");
  BOOST_TEST(html::base64("\xff\xfe\x80"
                          "b") == "//6AYg==");
}

BOOST_AUTO_TEST_CASE(a_latency_is_read_from_the_first_step_that_reaches_its_percent) {
  Entry entry = entry_of("weir", {1, 1});
  entry.latency = {{0, 5}, {46.9, 10}, {50.1, 20}, {98.9, 30}, {99.97, 40}, {100, 50}};
  BOOST_TEST(html::time_at(entry, 50) == 20);
  BOOST_TEST(html::time_at(entry, 90) == 30);
  BOOST_TEST(html::time_at(entry, 99) == 40);
  BOOST_TEST(html::time_at(entry, 99.99) == 50);
  entry.latency.pop_back();
  BOOST_TEST(html::time_at(entry, 99.99) < 0);
  Row row = timed_row({entry_of("C epoll", {1, 1}), entry});
  const std::string page = to_html(comparison_of({row}));
  BOOST_TEST(count(page, "% within</th>") == 4U);
  BOOST_TEST(count(page, "<title>weir: 99% within 40.0 ns</title>") == 1U);
}

BOOST_AUTO_TEST_CASE(a_report_is_written_beside_its_file_and_never_over_it) {
  const ScratchFile file(to_json(comparison_of({rich_row(1)})));
  const std::string page = run_report({.file = file.path(), .out = ""});
  BOOST_TEST(page == file.path() + ".html");
  BOOST_TEST(std::filesystem::file_size(page) > 1000U);
  std::filesystem::remove(page);
  BOOST_CHECK_THROW(run_report({.file = file.path(), .out = file.path()}), Failure);
  BOOST_CHECK_THROW(run_report({.file = file.path(), .out = "/nowhere/at.html"}), Failure);
  BOOST_CHECK_THROW(run_report({.file = "/nowhere/at.json", .out = ""}), BadFile);
}
