#include "inspector/prometheus.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "weir/core/version.hpp"

namespace weir::inspect {

namespace {

using namespace std::chrono_literals;

/// The upper bounds of the buckets that are told, of which Histogram has many more.
constexpr std::array<Duration, 17> bounds{10us, 25us, 50us, 100us, 250us, 500us, 1ms, 2500us, 5ms,
                                          10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s,  10s};

/// '\\', and a line's end, have escapes; in a label's value '"' as well.
void append_escaped(std::string& text, std::string_view value, bool quoted) {
  for (const char byte : value) {
    if (byte == '\\') {
      text += "\\\\";
    } else if (byte == '\n') {
      text += "\\n";
    } else if (byte == '"' && quoted) {
      text += "\\\"";
    } else {
      text += byte;
    }
  }
}

void append_number(std::string& text, double number) {
  if (std::isnan(number)) {
    text += "NaN";
  } else if (std::isinf(number)) {
    text += number > 0 ? "+Inf" : "-Inf";
  } else {
    char digits[64];
    const auto written = std::to_chars(digits, digits + sizeof digits, number);
    text.append(digits, written.ptr);
  }
}

std::string bound_text(Duration bound) {
  std::string text;
  append_number(text, in_seconds(bound));
  return text;
}

void add_connections(MetricsText& text, const Reading& reading) {
  const ServerStats& stats = reading.stats;
  const auto add = [&text](std::string_view name, std::string_view type, std::string_view help,
                           std::uint64_t value) {
    text.metric(name, type, help).sample(static_cast<double>(value));
  };
  add("weir_connections", "gauge", "Connections that are open.", stats.active);
  add("weir_connections_accepted_total", "counter", "Connections that were accepted.",
      stats.accepted);
  text.metric("weir_connections_refused_total", "counter",
              "Connections that were closed unserved, by why.")
      .sample(static_cast<double>(stats.refused_limit), {{"why", "limit"}})
      .sample(static_cast<double>(stats.refused_backend), {{"why", "backend"}});
  add("weir_accept_pauses_total", "counter",
      "Times that accepting rested, for want of descriptors or memory.", stats.accept_pauses);
  add("weir_accept_shed_total", "counter", "Connections that were closed unserved at such times.",
      stats.accept_shed);
  text.metric("weir_handshakes_total", "counter", "Handshakes that came to nothing, by why.")
      .sample(static_cast<double>(stats.handshakes_failed), {{"why", "failed"}})
      .sample(static_cast<double>(stats.handshakes_late), {{"why", "late"}});
  text.metric("weir_connections_closed_total", "counter", "Connections that ended, by reason.");
  for (std::size_t i = 1; i < close_reason_count; ++i) {
    text.sample(static_cast<double>(stats.closed[i]),
                {{"reason", std::string(weir::to_string(static_cast<CloseReason>(i)))}});
  }
  add("weir_bytes_in_total", "counter", "Bytes that were received.", stats.bytes_in);
  add("weir_bytes_out_total", "counter", "Bytes that were sent.", stats.bytes_out);
  add("weir_frames_in_total", "counter", "Frames that were handled.", stats.frames_in);
  add("weir_queued_bytes", "gauge", "Bytes that wait for slow peers.", stats.queued);
  add("weir_pauses_total", "counter", "Times that a slow peer stopped its own input.",
      stats.pauses);
  add("weir_handler_failures_total", "counter", "Handlers that threw, or could not be answered.",
      stats.handler_failures);
}

void add_loops(MetricsText& text, const Reading& reading, std::uint64_t stalls) {
  // With a loop a connection they are as many, and come and go.
  const std::size_t shown = std::min(reading.loops.size(), most_loops_shown);
  const auto each = [&](auto value) {
    for (std::size_t i = 0; i < shown; ++i) {
      const LoopReading& loop = reading.loops[i];
      text.sample(value(loop), {{"loop", std::to_string(loop.number)}});
    }
  };
  Duration worst{};
  for (const LoopReading& loop : reading.loops) worst = std::max(worst, loop.lag);
  text.metric("weir_loops", "gauge", "Loops; the first 64 are told by themselves.")
      .sample(static_cast<double>(reading.loops.size()));
  text.metric("weir_loop_lag_worst_seconds", "gauge", "The lag of the loop that lags most.")
      .sample(in_seconds(worst));
  text.metric("weir_loop_connections", "gauge", "Connections that are open, by loop.");
  each([](const LoopReading& loop) { return static_cast<double>(loop.connections); });
  text.metric("weir_loop_lag_seconds", "gauge", "How late a loop gets to what it is asked.");
  each([](const LoopReading& loop) { return in_seconds(loop.lag); });
  text.metric("weir_loop_stalls_total", "counter", "Times that one handler held a loop too long.")
      .sample(static_cast<double>(stalls));
}

void add_routes(MetricsText& text, const Reading& reading) {
  text.metric("weir_handler_in_flight", "gauge", "Calls that are not answered yet, by route.");
  for (const RouteReading& route : reading.routes) {
    text.sample(static_cast<double>(route.in_flight), {{"route", route.name}});
  }
  text.metric("weir_handler_failed_total", "counter", "Calls that failed, by route.");
  for (const RouteReading& route : reading.routes) {
    text.sample(static_cast<double>(route.failed), {{"route", route.name}});
  }
  text.metric("weir_handler_duration_seconds", "histogram",
              "From a call to its answer, by route; known to 1 part in 16.");
  for (const RouteReading& route : reading.routes) {
    for (const Duration bound : bounds) {
      text.sample(static_cast<double>(route.time.at_most(bound)),
                  {{"route", route.name}, {"le", bound_text(bound)}}, "_bucket");
    }
    const auto count = static_cast<double>(route.time.count());
    text.sample(count, {{"route", route.name}, {"le", "+Inf"}}, "_bucket")
        .sample(route.seconds, {{"route", route.name}}, "_sum")
        .sample(count, {{"route", route.name}}, "_count");
  }
}

}  // namespace

MetricsText& MetricsText::metric(std::string_view name, std::string_view type,
                                 std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ");
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  return *this;
}

MetricsText& MetricsText::sample(double value, const Labels& labels, std::string_view suffix) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [label, content] : labels) {
    text_.append(1, std::exchange(before, ',')).append(label).append("=\"");
    append_escaped(text_, content, true);
    text_.append("\"");
  }
  if (!labels.empty()) text_.append("}");
  text_.append(" ");
  append_number(text_, value);
  text_.append("\n");
  return *this;
}

std::string metrics_text(const Reading& reading, const Facts& facts, std::uint64_t stalls,
                         const std::vector<Figure>& figures) {
  MetricsText text;
  text.metric("weir_info", "gauge", "Always 1; the labels say what runs.")
      .sample(1, {{"name", facts.name},
                  {"version", std::string(version())},
                  {"backend", facts.backend},
                  {"threads", facts.threads}});
  text.metric("weir_ready", "gauge", "1 while connections are taken.")
      .sample(reading.phase == Inspection::Phase::serving ? 1 : 0);
  add_connections(text, reading);
  add_loops(text, reading, stalls);
  add_routes(text, reading);
  std::string_view last;
  for (const Figure& figure : figures) {
    if (figure.name != last) {
      text.metric(figure.name, figure.counter ? "counter" : "gauge", figure.help);
    }
    last = figure.name;
    text.sample(figure.value, figure.labels);
  }
  return text.take();
}

}  // namespace weir::inspect
