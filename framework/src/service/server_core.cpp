#include "service/server_core.hpp"

#include <optional>
#include <system_error>

#include "service/signals.hpp"
#include "service/tls_choice.hpp"
#include "weir/io/backend.hpp"

namespace weir {

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

}  // namespace weir
