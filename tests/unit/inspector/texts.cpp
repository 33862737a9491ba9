// What the inspector writes: JSON, and the text format of Prometheus.
#include <boost/test/unit_test.hpp>
#include <limits>

#include "inspector/json_text.hpp"
#include "inspector/prometheus.hpp"

using namespace weir;
using namespace weir::inspect;
using namespace std::chrono_literals;

namespace {

std::string string_of(std::string_view text) { return JsonText().value(text).take(); }

/// The lines of `text` that begin with `name`.
std::string lines_of(const std::string& text, std::string_view name) {
  std::string found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end + 1 - at);
    if (line.starts_with(name)) found += line;
    at = end + 1;
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(json_has_its_commas_and_nests) {
  JsonText text;
  text.object().field("a", 1).field("b", "x").key("c").array().value(true).null();
  text.object().end_object().array().end_array().value(0.5).end_array().field("d", 2U).end_object();
  BOOST_TEST(text.take() == R"({"a":1,"b":"x","c":[true,null,{},[],0.5],"d":2})");
}

BOOST_AUTO_TEST_CASE(json_strings_hold_whatever_strangers_send) {
  BOOST_TEST(string_of("a\"b\\c\n\x01\x7f</script>") == R"("a\"b\\c\u000a\u0001\u007f</script>")");
  BOOST_TEST(string_of("z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") ==
             "\"z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
  // Cut, overlong, a surrogate, past the last code point, a continuation by itself.
  for (const char* bytes : {"\xc3", "\xe2\x82", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\x80", "\xff"}) {
    const std::string text = string_of(bytes);
    BOOST_TEST(text.starts_with("\"\\ufffd"));
    for (const char byte : text) BOOST_TEST(static_cast<unsigned char>(byte) < 0x80);
  }
}

BOOST_AUTO_TEST_CASE(json_numbers_are_finite) {
  BOOST_TEST(JsonText().value(1.5e-9).take() == "1.5e-09");
  BOOST_TEST(JsonText().value(std::numeric_limits<double>::infinity()).take() == "null");
  BOOST_TEST(JsonText().value(std::numeric_limits<double>::quiet_NaN()).take() == "null");
  BOOST_TEST(JsonText().value(~std::uint64_t{0}).take() == "18446744073709551615");
}

BOOST_AUTO_TEST_CASE(labels_and_help_are_escaped_as_prometheus_reads_them) {
  MetricsText text;
  text.metric("m", "gauge", "one\ntwo \\ \"three\"").sample(1.5, {{"a", "x\"y\\z\nw"}, {"b", ""}});
  BOOST_TEST(
      text.take() ==
      "# HELP m one\\ntwo \\\\ \"three\"\n# TYPE m gauge\nm{a=\"x\\\"y\\\\z\\nw\",b=\"\"} 1.5\n");
}

BOOST_AUTO_TEST_CASE(a_histogram_is_cumulative_and_ends_with_all) {
  Reading reading;
  HistogramCounters counters;
  counters.add(20'000, 3);       // 20 us
  counters.add(2'000'000, 2);    // 2 ms
  counters.add(20'000'000'000);  // 20 s
  RouteReading route{
      .name = "say \"hi\"", .calls = 6, .in_flight = 1, .failed = 2, .seconds = 20.5};
  route.time.add(counters, 1.0);
  reading.routes.push_back(std::move(route));
  const std::string text = metrics_text(reading, {"x", "epoll", "1"}, 7, {});
  const std::string histogram = lines_of(text, "weir_handler_duration_seconds");
  const auto bucket = [](std::string_view le, int count) {
    return "weir_handler_duration_seconds_bucket{route=\"say \\\"hi\\\"\",le=\"" + std::string(le) +
           "\"} " + std::to_string(count) + "\n";
  };
  BOOST_TEST(histogram.starts_with(bucket("1e-05", 0) + bucket("2.5e-05", 3)));
  BOOST_TEST(histogram.find(bucket("0.001", 3) + bucket("0.0025", 5)) != std::string::npos);
  BOOST_TEST(
      histogram.ends_with(bucket("10", 5) + bucket("+Inf", 6) +
                          "weir_handler_duration_seconds_sum{route=\"say \\\"hi\\\"\"} 20.5\n"
                          "weir_handler_duration_seconds_count{route=\"say \\\"hi\\\"\"} 6\n"));
  BOOST_TEST(lines_of(text, "weir_loop_stalls_total") == "weir_loop_stalls_total 7\n");
  BOOST_TEST(lines_of(text, "weir_ready") == "weir_ready 0\n");
}

BOOST_AUTO_TEST_CASE(every_close_reason_is_told_and_the_programs_figures_stand_behind) {
  const std::vector<Figure> figures{{"weir_upstream_x", "About x.", false, {{"upstream", "a"}}, 1},
                                    {"weir_upstream_x", "About x.", false, {{"upstream", "b"}}, 2},
                                    {"weir_y_total", "About y.", true, {}, 3}};
  const std::string text = metrics_text({}, {}, 0, figures);
  for (std::size_t i = 1; i < close_reason_count; ++i) {
    const std::string line = "weir_connections_closed_total{reason=\"" +
                             std::string(weir::to_string(static_cast<CloseReason>(i))) + "\"} 0\n";
    BOOST_TEST(text.find(line) != std::string::npos, line);
  }
  BOOST_TEST(
      text.ends_with("# HELP weir_upstream_x About x.\n# TYPE weir_upstream_x gauge\n"
                     "weir_upstream_x{upstream=\"a\"} 1\nweir_upstream_x{upstream=\"b\"} 2\n"
                     "# HELP weir_y_total About y.\n# TYPE weir_y_total counter\n"
                     "weir_y_total 3\n"));
}

BOOST_AUTO_TEST_CASE(of_many_loops_some_are_told_by_themselves) {
  Reading reading;
  for (std::uint64_t i = 1; i <= 1000; ++i) reading.loops.push_back({.number = i, .lag = i * 1ms});
  const std::string text = metrics_text(reading, {}, 0, {});
  BOOST_TEST(lines_of(text, "weir_loops ") == "weir_loops 1000\n");
  BOOST_TEST(lines_of(text, "weir_loop_lag_worst_seconds") == "weir_loop_lag_worst_seconds 1\n");
  const std::string lags = lines_of(text, "weir_loop_lag_seconds");
  BOOST_TEST(static_cast<std::size_t>(std::count(lags.begin(), lags.end(), '\n')) ==
             most_loops_shown);
}

BOOST_AUTO_TEST_SUITE_END()
