#include "common/app.hpp"

#include <algorithm>

#include "common/choices.hpp"
#include "common/local_file.hpp"
#include "common/log.hpp"
#include "common/output.hpp"
#include "common/process.hpp"
#include "common/values.hpp"
#include "weir/core/version.hpp"
#include "weir/inspector/inspector.hpp"

namespace weir::app {

namespace {

constexpr std::uint64_t most_connections = 10'000'000;
constexpr std::uint64_t largest_frame = 1024 * 1024 * 1024;

/// A Flag::take that stores what `parse_value` makes of the value.
template <class Parse, class T>
auto store(Parse parse_value, T& into) {
  return [parse_value, &into](std::string_view value) -> Status {
    auto parsed = parse_value(value);
    if (!parsed.ok()) return parsed.error();
    into = static_cast<T>(parsed.take());
    return {};
  };
}

}  // namespace

App::App(About about) : about_(std::move(about)) {
  if (!about_.endpoint.empty()) {
    add_endpoints("--listen", "where to listen", about_.endpoint, endpoints_);
  }
  add({"--backend", "NAME", "asio, select, poll, epoll or spin", "asio",
       store(parse_backend, options_.backend)});
  add({"--threads", "N|per-connection", "loops, or a thread for each connection", "1",
       store(Threads::parse, options_.threads)});
  add({"--max-connections", "N", "connections at once; one more is refused", "10000",
       store([](std::string_view text) { return parse_number(text, 1, most_connections); },
             options_.limits.connections)});
  add({"--max-frame", "BYTES", "the longest frame", about_.frame,
       store([](std::string_view text) { return parse_size(text, largest_frame); },
             options_.limits.frame)});
  add({"--idle-timeout", "TIME", "ends a connection without a byte; 0 is never",
       about_.idle_timeout, store(parse_duration, options_.deadlines.idle)});
  add({"--drain", "TIME", "for busy connections, at SIGTERM or SIGINT", "10s",
       store(parse_duration, options_.drain)});
  add({"--unix-mode", "MODE", "of a Unix socket's file, in octal: 660", "",
       [this](std::string_view value) { return store_mode(value, local_file_); }});
  add({"--unix-owner", "USER[:GROUP]", "of a Unix socket's file, by name or number", "",
       [this](std::string_view value) { return store_owner(value, local_file_); }});
  for (Flag& flag : tls_.flags()) add(std::move(flag));
  for (Flag& flag : admin_.flags()) add(std::move(flag));
  add({"--log-level", "LEVEL", "trace, debug, info, warning, error or off", "info",
       [this](std::string_view value) -> Status {
         const auto level = parse_log_level(value);
         if (!level.ok()) return level.error();
         options_.log = make_log(level.value());
         return {};
       }});
}

void App::add_endpoints(std::string name, std::string help, std::string fallback,
                        std::vector<std::string>& into) {
  add({std::move(name), "ENDPOINT", std::move(help), std::move(fallback),
       [this, &into](std::string_view value) -> Status {
         auto endpoint = Endpoint::parse(value);
         if (!endpoint.ok()) return endpoint.error();
         endpoints_.emplace_back(value);
         if (&into != &endpoints_) into.emplace_back(value);
         return {};
       },
       true});
}

std::optional<int> App::parse(int argc, const char* const* argv) {
  prepare_process();
  const auto status = parse_flags(
      {about_.name, std::string(version()), about_.purpose, about_.example}, {flags_}, argc, argv);
  if (status.has_value()) return status;
  if (const Status secured = tls_.finish(endpoints_); !secured.ok()) {
    complain(about_.name, secured.error().message);
    return wrong_usage;
  }
  if (const Status admin = admin_.finish(); !admin.ok()) {
    complain(about_.name, admin.error().message);
    return wrong_usage;
  }
  if (tls_.reloadable()) options_.on_hangup = [this] { tls_.reload(options_.log); };
  // Who allows a frame allows a reply as long, behind the replies that may wait already.
  const Flow& flow = options_.flow;
  options_.flow.max_queued =
      std::max(flow.max_queued, options_.limits.frame + 4 * flow.high_watermark);
  return std::nullopt;
}

ListenerOptions App::listener_options(const std::string& endpoint) const {
  return {.local_file = local_file_, .tls = is_tls(endpoint) ? tls_.filter() : nullptr};
}

bool App::listens(const Result<Endpoint>& bound, std::string line) {
  if (bound.ok()) {
    if (line.empty()) line = "listening on " + bound.value().to_string();
    listening_.push_back(std::move(line));
  } else {
    complain(about_.name, bound.error().message);
  }
  return bound.ok();
}

int App::run(Server& server) {
  const auto inspector = admin_.open(about_.name, server);
  if (!inspector.ok()) {
    complain(about_.name, inspector.error().message);
    return 1;
  }
  ignore_unhandled_stops();
  const int status = server.run([this, &inspector] {
    std::string lines;
    for (const std::string& line : listening_) lines.append(line).append("\n");
    if (const auto& admin = inspector.value(); admin != nullptr) {
      lines.append("inspector on ").append(admin->url()).append("\n");
    }
    print(lines);
    if (!tls_.pin().empty()) {
      options_.log.write(LogLevel::info, "self-signed certificate, its pin is " + tls_.pin());
    }
  });
  if (status == 0) print(server.wait().to_string() + "\n");
  return status;
}

}  // namespace weir::app
