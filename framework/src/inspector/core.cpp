#include "inspector/core.hpp"

#include <algorithm>
#include <system_error>

#include "weir/io/backend.hpp"
#include "weir/web/serve.hpp"

namespace weir {

namespace {

constexpr std::size_t shortest_token = 16;

bool is_loopback(const SocketAddress& address) {
  const std::string host = address.host();
  return host.starts_with("127.") || host == "::1";
}

}  // namespace

Inspector::Core::Core(Server& server, InspectorOptions options)
    : options_(std::move(options)),
      server_(server.inspect()),
      log_(server_.options().log),
      facts_{options_.name, server_.options().backend, server_.options().threads.to_string()},
      watchdog_(options_.stall),
      history_(options_.history) {}

Inspector::Core::~Core() {
  if (loop_ == nullptr) return;
  loop_->stop();
  if (thread_.joinable()) thread_.join();
  http_.reset();
}

Result<Endpoint> Inspector::Core::listen(std::string_view text) {
  if (loop_ != nullptr) return Error{"the inspector listens already"};
  if (const Status allowed = check(text, options_); !allowed.ok()) return allowed.error();
  auto made = make_loop("epoll");
  if (!made.ok()) return made.error();
  loop_ = made.take();
  lister_ = std::make_unique<inspect::Lister>(server_, *loop_, options_.answer);
  ServerOptions own;
  own.loop = loop_.get();
  own.limits.connections = options_.clients;
  own.deadlines.idle = std::chrono::seconds(60);
  own.handle_signals = false;
  own.log = log_;
  http_ = std::make_unique<Server>(own);
  const bool local = Endpoint::parse(text).value().scheme == "unix";
  ListenerOptions listener;
  listener.local_file.mode = 0600;
  http::Options limits;
  limits.limits.body = 1024;
  // A page that comes under a name of its own (DNS rebinding) reaches no Unix socket, and knows no
  // token.
  const bool check_host = !local && options_.token.empty();
  auto bound = http_->listen(text, http::serve(make_routes(check_host), limits), listener);
  if (!bound.ok()) return bound.error();
  if (const Status started = http_->start(); !started.ok()) return started.error();
  url_ = bound.value().to_string();
  if (!local) url_ = "http" + url_.substr(url_.find(':')) + "/";
  started_ = loop_->clock_now();
  loop_->post([this] {
    beat();
    second();
  });
  try {
    thread_ = std::thread([this] { loop_->run(); });
  } catch (const std::system_error& error) {
    return system_error("no thread for the inspector", error.code().value());
  }
  return bound;
}

// --- by itself ---------------------------------------------------------------------------------

void Inspector::Core::beat() {
  const std::vector<WatchedLoop> loops = server_.loops();
  const std::size_t count = std::min(loops.size(), loops_a_beat);
  for (std::size_t i = 0; i < count; ++i) watch(loops[next_loop_++ % loops.size()]);
  std::vector<std::uint64_t> numbers;
  numbers.reserve(loops.size());
  for (const WatchedLoop& each : loops) numbers.push_back(each.monitor->number());
  std::sort(numbers.begin(), numbers.end());
  watchdog_.keep_only(numbers);
  loop_->run_after(options_.beat, [this] { beat(); });
}

void Inspector::Core::watch(const WatchedLoop& watched) {
  LoopMonitor& monitor = *watched.monitor;
  const Duration unanswered = monitor.unanswered();
  const auto lines =
      watchdog_.look(loop_->clock_now(), monitor.number(), monitor.present(), unanswered);
  for (const std::string& line : lines) log_.write(LogLevel::warning, line);
  worst_lag_ = std::max({worst_lag_, monitor.take_worst_lag(), unanswered});
  // Before it serves, a loop may not run yet, and owes nothing.
  if (server_.phase() == Inspection::Phase::starting || !monitor.ask(options_.probe)) return;
  watched.loop.post([kept = watched.monitor] { kept->answer(); });
}

void Inspector::Core::second() {
  history_.add(loop_->clock_now(), inspect::read(server_), worst_lag_);
  worst_lag_ = {};
  loop_->run_after(std::chrono::seconds(1), [this] { second(); });
}

// --- Inspector ---------------------------------------------------------------------------------

Inspector::Inspector(Server& server, InspectorOptions options)
    : core_(std::make_unique<Core>(server, std::move(options))) {}

Inspector::~Inspector() = default;

Status Inspector::check(std::string_view text, const InspectorOptions& options) {
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint.ok()) return endpoint.error();
  const std::string& scheme = endpoint.value().scheme;
  const auto refused = [&](std::string_view why) {
    return Error{"the inspector cannot listen on '" + std::string(text) + "': " + std::string(why)};
  };
  if (scheme != "tcp" && scheme != "unix") return refused("expected tcp:// or unix://");
  if (!options.token.empty() && options.token.size() < shortest_token) {
    return refused("its token is shorter than 16 bytes");
  }
  if (scheme == "unix" || !options.token.empty()) return {};
  const auto addresses = resolve(endpoint.value());
  if (!addresses.ok()) return addresses.error();
  const auto& all = addresses.value();
  if (std::all_of(all.begin(), all.end(), is_loopback)) return {};
  return refused("a place that others can reach needs a token");
}

Result<Endpoint> Inspector::listen(std::string_view endpoint) { return core_->listen(endpoint); }

const std::string& Inspector::url() const { return core_->url(); }

}  // namespace weir
