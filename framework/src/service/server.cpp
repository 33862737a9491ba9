#include "weir/service/server.hpp"

#include <atomic>
#include <charconv>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "core/text.hpp"
#include "service/signals.hpp"
#include "service/tls_choice.hpp"
#include "service/worker.hpp"
#include "weir/io/backend.hpp"
#include "weir/service/inspection.hpp"

namespace weir {

Result<Threads> Threads::parse(std::string_view text) {
  if (text == "per-connection") return Threads{1, true};
  std::size_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stopped != end || count < 1 || count > max_count) {
    return Error{"threads '" + text::printable(text) + "': expected a number from 1 to " +
                 std::to_string(max_count) + ", or per-connection"};
  }
  return Threads{count, false};
}

std::string Threads::to_string() const {
  return per_connection ? "per-connection" : std::to_string(count);
}

std::string DrainReport::to_string() const {
  return "drained: " + std::to_string(idle) + " idle, " + std::to_string(finished) + " finished, " +
         std::to_string(cut) + " cut";
}

namespace {

/// Several sockets would each get all of a group's messages, or each know some of the peers of one:
/// the first loop alone serves it.
bool keeps_peers(const SocketAddress& address) {
  if (address.kind() == SocketKind::queue) return true;
  return address.kind() == SocketKind::datagram &&
         (address.form() == SocketAddress::Form::local || address.is_multicast());
}

Status takes_messages(const Service& service) {
  if (!service.filters.empty()) return Error{"what stands before a connection needs a stream"};
  if (service.factory == nullptr || !service.factory->takes_messages())
    return Error{"this protocol needs a stream"};
  return {};
}

}  // namespace

/// What a Server hides: the workers and how they end.
///
///   workers_   one a loop, from the first listen() to the destructor
///   singles_   one a connection, in per-connection mode; joined by the first worker's thread soon
///              after they end, or by wait()
class ServerCore final : public Worker::Host, public Inspection {
 public:
  explicit ServerCore(ServerOptions options)
      : options_(std::move(options)),
        connection_options_{options_.limits, options_.flow, options_.deadlines} {}

  Result<Endpoint> listen(std::string_view text, Service service, ListenerOptions options);
  std::pair<std::shared_ptr<const SessionTypes>, std::size_t> add_session_type(SessionType type) {
    if (started_) throw std::logic_error("Server::session() comes before start()");
    session_types_->push_back(type);
    return {session_types_, session_types_->size() - 1};
  }
  /// The first `run_by_caller` workers get no thread.
  Status start(std::size_t run_by_caller = 0);
  int run(Task on_ready);
  void stop(Duration deadline);
  DrainReport wait();
  [[nodiscard]] bool stopped() const { return stopped_.load(); }
  Inspection& inspect();

  // Inspection:
  [[nodiscard]] ServerStats stats() const override;
  [[nodiscard]] Phase phase() const override;
  [[nodiscard]] const ServerOptions& options() const override { return options_; }
  [[nodiscard]] std::vector<std::string> listening() const override;
  [[nodiscard]] std::vector<WatchedLoop> loops() const override;
  void each_place(
      const std::function<void(const PlaceFigures&, double tick_length)>& visit) const override;
  bool list(std::uint64_t loop, std::size_t first, std::size_t most, TellList tell) override;
  bool close(std::uint64_t id, TellClosed tell) override;

 private:
  bool enter() override;
  void leave() override { active_.fetch_sub(1); }
  [[nodiscard]] bool thread_per_connection() const override {
    return options_.threads.per_connection && options_.loop == nullptr;
  }
  Status hand_over(Accepted accepted, const Service& service) override;
  [[nodiscard]] const std::shared_ptr<FailureBrakes>& brakes() const override { return brakes_; }
  [[nodiscard]] const SessionTypes& session_types() const override { return *session_types_; }
  void on_worker_done(Worker& worker) override;

  Status try_run(Task on_ready);
  Status make_workers();
  Result<Endpoint> bind(const Endpoint& endpoint, Service what, ListenerOptions options);
  void retire(Worker& single);
  void watch(Worker& worker);
  [[nodiscard]] Worker* worker_of(std::uint64_t number) const;

  ServerOptions options_;
  ConnectionOptions connection_options_;
  // Before workers_: their connections have values of these until they go.
  const std::shared_ptr<SessionTypes> session_types_ = std::make_shared<SessionTypes>();
  const std::shared_ptr<FailureBrakes> brakes_ = std::make_shared<FailureBrakes>();
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Error first_failure_;
  bool started_ = false;
  bool watched_ = false;

  std::mutex joining_;        // several threads may wait()
  mutable std::mutex mutex_;  // guards the next six
  std::list<std::unique_ptr<Worker>> singles_;
  ServerStats retired_;  // what singles counted that are gone
  DrainReport report_;
  std::size_t running_ = 0;  // workers that are not done
  bool stopping_ = false;
  std::unique_ptr<LoopMonitor> gone_;  // what singles counted that are gone; while it is watched

  std::uint64_t next_number_ = 1;  // the accepting worker's thread only, once started
  std::atomic<std::size_t> active_{0};
  std::atomic<bool> stopped_{false};
};

Status ServerCore::make_workers() {
  if (!workers_.empty()) return {};
  if (options_.loop != nullptr) {
    workers_.push_back(
        std::make_unique<Worker>(*this, *options_.loop, connection_options_, options_.log));
    if (watched_) watch(*workers_.back());
    return {};
  }
  std::vector<std::unique_ptr<Worker>> made;
  const std::size_t count = options_.threads.per_connection ? 1 : options_.threads.count;
  for (std::size_t i = 0; i < count; ++i) {
    auto loop = make_loop(options_.backend);
    if (!loop.ok()) return loop.error();
    made.push_back(std::make_unique<Worker>(*this, loop.take(), connection_options_, options_.log,
                                            next_number_++));
    if (watched_) watch(*made.back());
  }
  workers_ = std::move(made);
  return {};
}

Result<Endpoint> ServerCore::listen(std::string_view text, Service service,
                                    ListenerOptions options) {
  if (started_) return Error{"listen() comes before start()"};
  Result<Endpoint> result = Endpoint::parse(text);
  if (result.ok()) result = bind(result.value(), std::move(service), std::move(options));
  if (!result.ok() && first_failure_.message.empty()) first_failure_ = result.error();
  return result;
}

Result<Endpoint> ServerCore::bind(const Endpoint& endpoint, Service what, ListenerOptions chosen) {
  const auto refused = [&endpoint](const Error& why) {
    return Error{"cannot listen on " + endpoint.to_string() + ": " + why.message, why.code};
  };
  const Status agreed = check_tls(endpoint, chosen.tls, "tls:// needs ListenerOptions::tls");
  if (!agreed.ok()) return refused(agreed.error());
  if (const Status made = make_workers(); !made.ok()) return refused(made.error());
  auto addresses = resolve(endpoint);
  if (!addresses.ok()) return refused(addresses.error());
  SocketAddress address = addresses.value().front();

  auto service = std::make_unique<Service>(std::move(what));
  // From the socket to the connection.
  for (TransportFilterPtr* filter : {&chosen.proxy_protocol, &chosen.tls}) {
    if (*filter != nullptr) service->filters.push_back(std::move(*filter));
  }
  ListenOptions options{.backlog = options_.backlog,
                        .socket = chosen.socket,
                        .local_file = chosen.local_file,
                        .messages = std::move(chosen.messages)};
  // The kernel spreads connections over several sockets of one port; anything else is one socket
  // that all workers share.
  const bool has_port = address.form() == SocketAddress::Form::inet;
  bool one_socket = keeps_peers(address);
  if (has_port && !one_socket && workers_.size() > 1)
    options.share_port = ListenOptions::SharePort::first;
  Result<Endpoint> bound = Error{};
  std::size_t most_message = 0;
  for (const auto& worker : workers_) {
    auto listening = worker->listen(address, options, *service);
    if (!listening.ok()) return listening.error();
    const Listener& listener = *listening.value();
    bound = Endpoint::of(listener.local());
    most_message = listener.max_message();
    // What was inherited is known once it is open.
    if (!has_port && listener.local().kind() == SocketKind::datagram) one_socket = true;
    if (most_message != 0) {
      if (const Status fits = takes_messages(*service); !fits.ok()) return refused(fits.error());
    }
    if (one_socket) break;
    if (has_port) {
      address = listener.local();  // where port 0 asked for any
      options.share_port = ListenOptions::SharePort::next;
    } else {
      options.shared_descriptor = listener.descriptor();
    }
  }
  if (service->factory != nullptr) {
    service->encoder = service->factory->encoder(connection_options_, most_message);
  }
  if (endpoint.is_tls()) bound.value().scheme = "tls";
  service->name = bound.value().to_string();
  services_.push_back(std::move(service));
  return bound;
}

Status ServerCore::start(std::size_t run_by_caller) {
  if (started_) return Error{"the server was started before"};
  if (!first_failure_.message.empty()) return first_failure_;
  if (workers_.empty()) return Error{"nothing to serve: listen() comes before start()"};
  started_ = true;
  {
    const std::lock_guard lock(mutex_);
    running_ = workers_.size();
  }
  std::size_t running = run_by_caller;
  try {
    for (; running < workers_.size(); ++running) workers_[running]->start();
  } catch (const std::system_error& error) {
    Status failed = system_error("cannot start a thread", error.code().value());
    // Those that never ran are done; those that run are told to end.
    for (std::size_t i = running; i < workers_.size(); ++i) on_worker_done(*workers_[i]);
    stop(Duration::zero());
    return failed;
  }
  return {};
}

int ServerCore::run(Task on_ready) {
  const Status ran = try_run(std::move(on_ready));
  if (ran.ok()) return 0;
  options_.log.write(LogLevel::error, ran.error().message);
  return 1;
}

Status ServerCore::try_run(Task on_ready) {
  if (options_.loop != nullptr) return Error{"run() is not for a loop that the caller runs"};
  // Made before the workers' threads and gone after them.
  std::optional<SignalGuard> signals;
  std::unique_ptr<Watch> watch;
  if (options_.handle_signals && !started_ && !workers_.empty()) {
    signals.emplace(options_.on_hangup != nullptr);
    if (!signals->status().ok()) return signals->status().error();
    auto watched = workers_.front()->loop().watch_readable(signals->descriptor(), [&] {
      const int count = signals->take_count();
      if (count != 0) stop(count == 1 ? options_.drain : Duration::zero());
      if (signals->take_hangup()) options_.on_hangup();
    });
    if (!watched.ok()) return watched.error();
    watch = watched.take();
  }
  // A program of one loop stays a program of one thread: the kernel and the C library do less for
  // every call then.
  const bool alone = workers_.size() == 1 && !options_.threads.per_connection;
  if (Status started = start(alone ? 1 : 0); !started.ok()) {
    wait();  // the watch goes after the thread that may be in it
    return started;
  }
  if (on_ready) on_ready();
  if (alone) workers_.front()->run_here();
  wait();
  return {};
}

void ServerCore::stop(Duration deadline) {
  if (!started_ || stopped()) return;
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& worker : workers_) worker->drain(deadline);
  for (const auto& single : singles_) single->drain(deadline);
}

DrainReport ServerCore::wait() {
  if (started_ && options_.loop == nullptr) {
    const std::lock_guard joining(joining_);
    for (const auto& worker : workers_) worker->join();
    // Nobody accepts any more, so no single is added or retired.
    for (const auto& single : singles_) single->join();
  }
  const std::lock_guard lock(mutex_);
  return report_;
}

// --- what workers ask ------------------------------------------------------------------------

bool ServerCore::enter() {
  if (active_.fetch_add(1) < options_.limits.connections) return true;
  active_.fetch_sub(1);
  return false;
}

Status ServerCore::hand_over(Accepted accepted, const Service& service) {
  auto loop = make_loop(options_.backend);
  if (!loop.ok()) return loop.error();
  auto single = std::make_unique<Worker>(*this, loop.take(), connection_options_, options_.log,
                                         next_number_++);
  Worker& worker = *single;
  if (watched_) watch(worker);
  const std::lock_guard lock(mutex_);
  if (stopping_) return Error{"the server is stopping"};
  try {
    worker.post([&worker, &service, given = std::move(accepted)]() mutable {
      worker.serve_alone(std::move(given), service);
    });
    singles_.push_back(std::move(single));
    worker.start();
  } catch (const std::exception& exception) {
    if (single == nullptr) singles_.pop_back();
    return Error{std::string("no thread for it: ") + exception.what()};
  }
  ++running_;
  return {};
}

void ServerCore::on_worker_done(Worker& worker) {
  const std::lock_guard lock(mutex_);
  const DrainReport report = worker.report();
  report_.idle += report.idle;
  report_.finished += report.finished;
  report_.cut += report.cut;
  --running_;
  // The first worker's loop watches the signals, so it goes on until all are done.
  if (&worker != workers_.front().get()) worker.end_loop();
  if (running_ == 0) {
    workers_.front()->end_loop();
    stopped_.store(true);
    return;
  }
  // Only a single ends while others go on, or all do: then wait() joins it.
  if (options_.threads.per_connection && &worker != workers_.front().get() && !stopping_) {
    workers_.front()->post([this, &worker] { retire(worker); });
  }
}

/// On the accepting worker's thread: a single has ended and is joined.
void ServerCore::retire(Worker& single) {
  single.join();  // its thread has nothing left to do but to return
  std::unique_ptr<Worker> gone;
  const std::lock_guard lock(mutex_);
  for (auto each = singles_.begin(); each != singles_.end(); ++each) {
    if (each->get() != &single) continue;
    single.add_to(retired_);
    if (single.monitor() != nullptr) {
      single.monitor()->each_place(
          [this](const PlaceFigures& place) { gone_->place(place.name).add(place); });
    }
    gone = std::move(*each);
    singles_.erase(each);
    return;
  }
}

ServerStats ServerCore::stats() const {
  const std::lock_guard lock(mutex_);
  ServerStats stats = retired_;
  for (const auto& worker : workers_) worker->add_to(stats);
  for (const auto& single : singles_) single->add_to(stats);
  stats.active = active_.load();
  return stats;
}

// --- what an inspector asks ------------------------------------------------------------------

Inspection& ServerCore::inspect() {
  if (started_) throw std::logic_error("Server::inspect() comes before start()");
  if (!std::exchange(watched_, true)) {
    for (const auto& worker : workers_) watch(*worker);
  }
  return *this;
}

void ServerCore::watch(Worker& worker) {
  const TickClock& clock = worker.loop().tick_clock();
  // The length of a tick is known better, and sooner, from a clock that is older.
  const bool first = gone_ == nullptr;
  if (first) gone_ = std::make_unique<LoopMonitor>(0, clock);
  worker.watch(std::make_shared<LoopMonitor>(worker.number(), gone_->clock()));
}

Inspection::Phase ServerCore::phase() const {
  const std::lock_guard lock(mutex_);
  if (stopped()) return Phase::stopped;
  if (stopping_) return Phase::draining;
  return running_ == 0 ? Phase::starting : Phase::serving;
}

std::vector<std::string> ServerCore::listening() const {
  std::vector<std::string> names;
  for (const auto& service : services_) names.push_back(service->name);
  return names;
}

std::vector<WatchedLoop> ServerCore::loops() const {
  const std::lock_guard lock(mutex_);
  std::vector<WatchedLoop> all;
  all.reserve(workers_.size() + singles_.size());
  const auto add = [&](Worker& worker) {
    all.push_back({worker.monitor(), LoopHandle(worker.loop()), worker.open_count()});
  };
  for (const auto& worker : workers_) add(*worker);
  for (const auto& single : singles_) add(*single);
  return all;
}

void ServerCore::each_place(
    const std::function<void(const PlaceFigures&, double tick_length)>& visit) const {
  const std::lock_guard lock(mutex_);
  if (gone_ == nullptr) return;
  const double tick_length = gone_->clock().tick_length();
  const auto tell = [&](const PlaceFigures& place) { visit(place, tick_length); };
  gone_->each_place(tell);
  for (const auto& worker : workers_) worker->monitor()->each_place(tell);
  for (const auto& single : singles_) single->monitor()->each_place(tell);
}

Worker* ServerCore::worker_of(std::uint64_t number) const {
  for (const auto& worker : workers_) {
    if (worker->number() == number) return worker.get();
  }
  for (const auto& single : singles_) {
    if (single->number() == number) return single.get();
  }
  return nullptr;
}

bool ServerCore::list(std::uint64_t loop, std::size_t first, std::size_t most, TellList tell) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(loop);
  return worker != nullptr &&
         worker->post_call([first, most, tell = std::move(tell)](Worker& there) mutable {
           tell(there.list(first, most));
         });
}

bool ServerCore::close(std::uint64_t id, TellClosed tell) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(Worker::number_in(id));
  return worker != nullptr &&
         worker->post_call(
             [id, tell = std::move(tell)](Worker& there) mutable { tell(there.close(id)); });
}

// --- Server ----------------------------------------------------------------------------------

Server::Server(ServerOptions options) : core_(std::make_unique<ServerCore>(std::move(options))) {}

Server::~Server() {
  core_->stop(Duration::zero());
  core_->wait();
}

Result<Endpoint> Server::listen(std::string_view endpoint, std::unique_ptr<ProtocolFactory> factory,
                                ListenerOptions options) {
  return core_->listen(endpoint, Service{.factory = std::move(factory)}, std::move(options));
}

Result<Endpoint> Server::listen(std::string_view endpoint, std::shared_ptr<ServedFactory> factory,
                                ListenerOptions options) {
  return core_->listen(endpoint, Service{.served = std::move(factory)}, std::move(options));
}

std::pair<std::shared_ptr<const SessionTypes>, std::size_t> Server::add_session_type(
    SessionType type) {
  return core_->add_session_type(type);
}

Status Server::start() { return core_->start(); }

int Server::run(Task on_ready) { return core_->run(std::move(on_ready)); }

void Server::stop(Duration deadline) { core_->stop(deadline); }

void Server::stop() { core_->stop(core_->options().drain); }

DrainReport Server::wait() { return core_->wait(); }

bool Server::stopped() const { return core_->stopped(); }

ServerStats Server::stats() const { return core_->stats(); }

Inspection& Server::inspect() { return core_->inspect(); }

}  // namespace weir
