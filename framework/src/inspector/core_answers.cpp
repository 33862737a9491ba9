// What the inspector answers: the routes, and the JSON behind them.
#include <algorithm>
#include <charconv>

#include "inspector/access.hpp"
#include "inspector/core.hpp"
#include "inspector/json_text.hpp"
#include "inspector/page.hpp"
#include "weir/core/version.hpp"
#include "weir/web/codec.hpp"

namespace weir {

namespace {

using inspect::in_seconds;
using inspect::JsonText;

constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every answer of ours says: nobody keeps it, nobody else shows it.
http::Response guarded(http::Response response) {
  return std::move(response)
      .with("Cache-Control", "no-store")
      .with("Content-Security-Policy", std::string(policy))
      .with("X-Content-Type-Options", "nosniff")
      .with("Cross-Origin-Resource-Policy", "same-origin")
      .with("Referrer-Policy", "no-referrer");
}

http::Response page_part(std::string_view content_type, std::string_view body) {
  return guarded({.content_type = std::string(content_type), .body = std::string(body)});
}

/// A number of a query; `fallback` where there is none, or something else.
std::size_t number_in(const http::Request& request, std::string_view name, std::size_t fallback) {
  const auto text = request.query_value(name);
  std::size_t number = 0;
  if (!text) return fallback;
  const char* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, number);
  return error == std::errc() && stopped == end ? number : fallback;
}

void add_totals(JsonText& text, const ServerStats& stats, std::uint64_t stalls) {
  text.key("totals").object();
  text.field("active", stats.active).field("accepted", stats.accepted);
  text.field("refused_limit", stats.refused_limit).field("refused_backend", stats.refused_backend);
  text.field("accept_pauses", stats.accept_pauses).field("accept_shed", stats.accept_shed);
  text.field("handshakes_failed", stats.handshakes_failed);
  text.field("handshakes_late", stats.handshakes_late);
  text.field("bytes_in", stats.bytes_in).field("bytes_out", stats.bytes_out);
  text.field("frames_in", stats.frames_in).field("queued", stats.queued);
  text.field("pauses", stats.pauses).field("handler_failures", stats.handler_failures);
  text.field("stalls", stalls).end_object();
  text.key("closed").object();
  for (std::size_t i = 1; i < close_reason_count; ++i) {
    if (stats.closed[i] == 0) continue;
    text.field(to_string(static_cast<CloseReason>(i)), stats.closed[i]);
  }
  text.end_object();
}

void add_loops(JsonText& text, const inspect::Reading& reading, Duration stall) {
  text.field("loop_count", reading.loops.size()).key("loops").array();
  const std::size_t shown = std::min(reading.loops.size(), inspect::most_loops_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const inspect::LoopReading& loop = reading.loops[i];
    text.object().field("number", loop.number).field("connections", loop.connections);
    text.field("lag", in_seconds(loop.lag)).field("in", loop.place);
    text.field("held", in_seconds(loop.held));
    text.field("stalled", loop.held > stall || loop.unanswered > stall).end_object();
  }
  text.end_array();
}

void add_routes(JsonText& text, const std::vector<inspect::RouteReading>& routes) {
  text.key("routes").array();
  for (const inspect::RouteReading& route : routes) {
    text.object().field("name", route.name).field("calls", route.calls);
    text.field("in_flight", route.in_flight).field("failed", route.failed);
    const auto mean = route.calls == 0 ? 0.0 : route.seconds / static_cast<double>(route.calls);
    text.field("mean", mean);
    for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}) {
      text.field(name, in_seconds(route.time.quantile(q)));
    }
    text.end_object();
  }
  text.end_array();
}

void add_history(JsonText& text, const inspect::History& history, std::uint64_t since) {
  text.key("history").array();
  for (const inspect::Moment& moment : history.moments()) {
    if (moment.number <= since) continue;
    text.object().field("number", moment.number);
    text.field("accepted", moment.accepted).field("calls", moment.calls);
    text.field("bytes_in", moment.bytes_in).field("bytes_out", moment.bytes_out);
    text.field("frames", moment.frames).field("failures", moment.failures);
    text.field("active", moment.active).field("queued", moment.queued);
    text.field("lag", moment.lag).field("p50", moment.p50).field("p99", moment.p99);
    text.end_object();
  }
  text.end_array();
}

/// Moments are seconds of the uptime.
void add_stalls(JsonText& text, const inspect::Watchdog& watchdog, TimePoint started) {
  text.key("stalls").array();
  for (const inspect::Stall& stall : watchdog.stalls()) {
    text.object().field("loop", stall.loop).field("route", stall.place);
    text.field("began", in_seconds(stall.began - started));
    text.field("lasted", in_seconds(stall.lasted)).field("over", stall.over).end_object();
  }
  text.end_array();
}

}  // namespace

// --- who may ask -------------------------------------------------------------------------------

std::optional<http::Response> Inspector::Core::refuse(const http::Request& request,
                                                      bool check_host) {
  const auto refusal = [&](http::Status status, std::string_view why) {
    refused_.write(
        log_, LogLevel::warning, loop_->now(),
        "the inspector refused " + request.session().peer().to_string() + ": " + std::string(why));
    return guarded(http::text(std::string(why) + "\n", status));
  };
  const std::string_view path = request.path();
  const bool reads = request.method() == "GET" || request.method() == "HEAD";
  // A balancer's checks have neither a name nor a token, and learn no more than a connect() would.
  if (reads && (path == "/health" || path == "/ready")) return std::nullopt;
  const std::string_view host = request.header("Host");
  if (check_host && !inspect::host_allowed(host, options_.hosts)) {
    return refusal(http::Status::forbidden, "this Host is not known here");
  }
  if (!reads && !inspect::may_change({.host = host,
                                      .origin = request.header("Origin"),
                                      .fetch_site = request.header("Sec-Fetch-Site"),
                                      .marker = request.header("X-Weir-Inspector")})) {
    return refusal(http::Status::forbidden,
                   "a change needs the field X-Weir-Inspector, or a page of the inspector's own");
  }
  // The page itself holds nothing that is secret: it asks for the token.
  const bool page =
      path == "/" || path == "/inspector.js" || path == "/inspector.css" || path == "/icon.svg";
  if (options_.token.empty() || (reads && page)) return std::nullopt;
  const std::string_view shown = inspect::bearer_token(request.header("Authorization"));
  if (inspect::same_secret(shown, options_.token)) return std::nullopt;
  return refusal(http::Status::unauthorized, "the token is missing, or another one")
      .with("WWW-Authenticate", "Bearer");
}

// --- routes ------------------------------------------------------------------------------------

http::Router Inspector::Core::make_routes(bool check_host) {
  http::Router routes;
  routes.use([this, check_host](Context& context, Next next) {
    auto& exchange = static_cast<http::Exchange&>(context);
    const auto refusal = refuse(http::Request(exchange), check_host);
    if (!refusal) return next(context);
    exchange.respond(*refusal);
  });
  using inspect::page::html;
  routes.get("/", [] { return page_part("text/html; charset=utf-8", html()); });
  routes.get("/inspector.js",
             [] { return page_part("text/javascript; charset=utf-8", inspect::page::script()); });
  routes.get("/inspector.css",
             [] { return page_part("text/css; charset=utf-8", inspect::page::style()); });
  routes.get("/icon.svg", [] { return page_part("image/svg+xml", inspect::page::icon()); });
  routes.get("/health", [] { return guarded(http::text("ok\n")); });
  routes.get("/ready", [this] {
    const Inspection::Phase phase = server_.phase();
    const bool ready = phase == Inspection::Phase::serving;
    return guarded(http::text(std::string(inspect::to_string(phase)) + "\n",
                              ready ? http::Status::ok : http::Status::service_unavailable));
  });
  routes.get("/metrics", [this] {
    return guarded({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics()});
  });
  routes.get("/snapshot", [this](const http::Request& request) {
    return guarded(http::json_body(snapshot(number_in(request, "since", 0))));
  });
  routes.get("/routes", [this] { return guarded(http::json_body(routes_json())); });
  routes.get("/connections", [this](const http::Request& request, const Responder& responder) {
    const std::size_t most = number_in(request, "limit", options_.page_size);
    lister_->ask(number_in(request, "from", 0),
                 std::clamp<std::size_t>(most, 1, options_.page_size), responder);
  });
  routes.get("/log-level",
             [this] { return guarded(http::text(std::string(to_string(log_.level())) + "\n")); });
  add_actions(routes);
  return routes;
}

void Inspector::Core::add_actions(http::Router& routes) {
  routes.post("/log-level", [this](std::string_view body) { return set_log_level(body); });
  routes.post("/connections/{id}/close",
              [this](const http::Request& request, const Responder& responder) {
                close_connection(request, responder);
              });
}

http::Response Inspector::Core::set_log_level(std::string_view name) {
  while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) name.remove_suffix(1);
  const auto level = parse_log_level(name);
  if (!level.ok()) {
    return guarded(http::text(level.error().message + "\n", http::Status::bad_request));
  }
  log_.set_level(level.value());
  return guarded(http::text(std::string(to_string(level.value())) + "\n"));
}

void Inspector::Core::close_connection(const http::Request& request, const Responder& responder) {
  const std::string text = request.parameter("id");
  std::uint64_t id = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const auto answer = [](const Responder& to, std::string words, http::Status status) {
    http::give_response(guarded(http::text(std::move(words) + "\n", status)), to);
  };
  const bool read = error == std::errc() && stopped == text.data() + text.size();
  const bool asked = read && server_.close(id, [responder, answer](bool found) {
    if (found) return answer(responder, "closing", http::Status::ok);
    answer(responder, "no such connection", http::Status::not_found);
  });
  if (!asked) return answer(responder, "no such connection", http::Status::not_found);
  // Of two answers the first one counts.
  loop_->run_after(options_.answer, [responder, answer] {
    answer(responder, "its loop is stalled, and will close it when it goes on",
           http::Status::accepted);
  });
}

// --- what is told ------------------------------------------------------------------------------

std::vector<Figure> Inspector::Core::figures() const {
  return options_.figures ? options_.figures() : std::vector<Figure>();
}

std::string Inspector::Core::metrics() {
  return inspect::metrics_text(inspect::read(server_), facts_, watchdog_.count(), figures());
}

std::string Inspector::Core::routes_json() const {
  JsonText text;
  text.object();
  add_routes(text, inspect::read(server_).routes);
  return text.end_object().take() + "\n";
}

std::string Inspector::Core::snapshot(std::uint64_t since) {
  const inspect::Reading reading = inspect::read(server_);
  const TimePoint now = loop_->clock_now();
  JsonText text;
  text.object().field("name", facts_.name).field("version", version());
  text.field("backend", facts_.backend).field("threads", facts_.threads);
  text.field("phase", inspect::to_string(reading.phase));
  text.field("uptime", in_seconds(now - started_));
  text.field("log_level", to_string(log_.level()));
  text.field("most_connections", server_.options().limits.connections);
  text.key("listening").array();
  for (const std::string& endpoint : server_.listening()) text.value(endpoint);
  text.end_array();
  add_totals(text, reading.stats, watchdog_.count());
  add_loops(text, reading, options_.stall);
  add_routes(text, reading.routes);
  text.key("figures").array();
  for (const Figure& figure : figures()) {
    text.object().field("name", figure.name).field("help", figure.help);
    text.key("labels").object();
    for (const auto& [label, content] : figure.labels) text.field(label, content);
    text.end_object().field("value", figure.value).end_object();
  }
  text.end_array();
  add_stalls(text, watchdog_, started_);
  add_history(text, history_, since);
  return text.end_object().take() + "\n";
}

}  // namespace weir
