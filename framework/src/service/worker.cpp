#include "service/worker.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "core/thrown.hpp"
#include "session/recorded_protocol.hpp"

namespace weir {

namespace {

/// `all` without `one`, whose free place the last one takes.
template <class T>
std::unique_ptr<T> take_out(std::vector<std::unique_ptr<T>>& all, const T& one) {
  const auto place = one.place;
  all.back()->place = place;
  std::swap(all[place], all.back());
  std::unique_ptr<T> taken = std::move(all.back());
  all.pop_back();
  return taken;
}

}  // namespace

/// One listener and what is served there.
class Worker::Door final : public AcceptSink {
 public:
  Door(Worker& worker, const Service& service) : worker_(worker), service_(service) {}

  Result<Listener*> open(const SocketAddress& address, ListenOptions options) {
    options.counters = &worker_.counters_.messages;
    auto listening = worker_.loop_.listen(address, options, *this);
    if (!listening.ok()) return listening.error();
    listener_ = listening.take();
    if (service_.served != nullptr) {
      attachment_ = service_.served->attach(worker_.loop_);
    } else {
      protocol_attachment_ = service_.factory->attach(worker_.loop_);
    }
    return listener_.get();
  }

 private:
  void on_accept(Accepted accepted) override { worker_.on_accept(std::move(accepted), service_); }
  void on_shed(std::size_t count, int error) override { worker_.on_shed(count, error); }

  Worker& worker_;
  const Service& service_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<ServedFactory::Attachment> attachment_;
  std::unique_ptr<ProtocolFactory::Attachment> protocol_attachment_;
};

Worker::Worker(Host& host, std::unique_ptr<EventLoop> loop, const ConnectionOptions& options,
               const Log& log, std::uint64_t number)
    : host_(host),
      own_loop_(std::move(loop)),
      loop_(*own_loop_),
      number_(number),
      context_{.loop = loop_,
               .options = options,
               .log = log,
               .brakes = host.brakes(),
               .session_types = &host.session_types()},
      alive_(std::make_shared<Worker*>(this)) {
  context_.next_id = (number << number_shift) + 1;
}

Worker::Worker(Host& host, EventLoop& loop, const ConnectionOptions& options, const Log& log)
    : host_(host),
      loop_(loop),
      context_{.loop = loop_,
               .options = options,
               .log = log,
               .brakes = host.brakes(),
               .session_types = &host.session_types()},
      alive_(std::make_shared<Worker*>(this)) {}

Worker::~Worker() {
  join();
  *alive_ = nullptr;
  if (monitor_ != nullptr) loop_.set_monitor(nullptr);
}

Result<Listener*> Worker::listen(const SocketAddress& address, const ListenOptions& options,
                                 const Service& service) {
  auto door = std::make_unique<Door>(*this, service);
  auto opened = door->open(address, options);
  if (opened.ok()) doors_.push_back(std::move(door));
  return opened;
}

void Worker::start() {
  if (own_loop_ == nullptr) return;
  thread_ = std::thread([this] { run_here(); });
}

void Worker::run_here() { loop_.run(); }

void Worker::end_loop() {
  if (own_loop_ != nullptr) own_loop_->stop();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

// --- serving ---------------------------------------------------------------------------------

void Worker::on_accept(Accepted accepted, const Service& service) {
  if (!host_.enter()) {
    return refuse(counters_.refused_limit, limit_brake_, accepted.peer,
                  "the limit of " + std::to_string(context_.options.limits.connections) +
                      " connections is reached");
  }
  counters_.accepted.add();
  const SocketAddress peer = accepted.peer;
  // What shares the listener's socket stays with it.
  const bool shared = accepted.transport != nullptr;
  const Status served = host_.thread_per_connection() && !shared
                            ? host_.hand_over(std::move(accepted), service)
                            : serve(std::move(accepted), service);
  if (served.ok()) return;
  refuse(counters_.refused_backend, backend_brake_, peer, served.error().message);
  host_.leave();
}

Status Worker::serve(Accepted accepted, const Service& service) {
  try {
    accepted.counters = &counters_.messages;
    auto adopted = loop_.adopt(std::move(accepted));
    if (!adopted.ok()) return adopted.error();
    TransportPtr transport = adopted.take();
    for (const TransportFilterPtr& filter : service.filters) {
      auto wrapped = filter->wrap(std::move(transport), loop_, {});
      if (!wrapped.ok()) return wrapped.error();
      transport = wrapped.take();
    }
    if (!transport->ready()) return begin_handshake(std::move(transport), service);
    open(std::move(transport), service);
    return {};
  } catch (...) {
    return Error{text::printable(thrown_text())};
  }
}

void Worker::open(TransportPtr transport, const Service& service) {
  if (service.served != nullptr) {
    served_.reserve(served_.size() + 1);
    auto made = service.served->make(std::move(transport), context_, *this);
    made->place = served_.size();
    made->id = context_.next_id++;
    made->began = loop_.now();
    made->service = &service.name;
    served_.push_back(std::move(made));
    counters_.open.add();
    return served_.back()->start();
  }
  std::unique_ptr<Protocol> protocol = service.factory->make(context_.options);
  if (monitor_ != nullptr) {
    const FlightRecorder recorder(*monitor_, monitor_->place(service.name), loop_.now());
    protocol = std::make_unique<RecordedProtocol>(std::move(protocol), loop_, recorder);
  }
  auto connection = std::make_unique<Connection>(context_, *this, std::move(transport),
                                                 std::move(protocol), service.encoder);
  connection->place = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(std::move(connection));
  counters_.open.add();
  connections_.back()->start();
}

Status Worker::begin_handshake(TransportPtr transport, const Service& service) {
  const SocketAddress peer = transport->peer();
  const auto told = [this, peer, &service](Handshake& handshake, Result<TransportPtr> result) {
    end_handshake(handshake, std::move(result), peer, service);
  };
  handshakes_.reserve(handshakes_.size() + 1);
  auto begun = std::make_unique<Handshake>(loop_, std::move(transport),
                                           context_.options.deadlines.handshake, told);
  begun->place = handshakes_.size();
  handshakes_.push_back(std::move(begun));
  return {};
}

void Worker::end_handshake(Handshake& handshake, Result<TransportPtr> result,
                           const SocketAddress& peer, const Service& service) {
  std::unique_ptr<Handshake> done = take_out(handshakes_, handshake);
  if (result.ok()) {
    try {
      return open(result.take(), service);
    } catch (...) {
      result = Error{text::printable(thrown_text())};
    }
  }
  const Error& why = result.error();
  refuse(why.code == ETIMEDOUT ? counters_.handshakes_late : counters_.handshakes_failed,
         handshake_brake_, peer, why.message);
  host_.leave();  // who sees that it is gone also sees why
  end_if_done();
}

void Worker::serve_alone(Accepted accepted, const Service& service) {
  alone_ = true;
  const SocketAddress peer = accepted.peer;
  if (const Status served = serve(std::move(accepted), service); !served.ok()) {
    refuse(counters_.refused_backend, backend_brake_, peer, served.error().message);
    host_.leave();
  }
  end_if_done();
}

void Worker::refuse(Counter& counter, LogBrake& brake, const SocketAddress& peer,
                    std::string_view why) {
  counter.add();
  brake.write(context_.log, LogLevel::warning, loop_.now(),
              "refused " + peer.to_string() + ": " + std::string(why));
}

void Worker::on_shed(std::size_t count, int error) {
  counters_.accept_pauses.add();
  counters_.accept_shed.add(count);
  overload_brake_.write(
      context_.log, LogLevel::warning, loop_.now(),
      system_error("accepting pauses, " + std::to_string(count) + " connections closed unserved",
                   error)
          .message);
}

void Worker::on_connection_closed(Connection& connection) {
  note_end(connection.reason());
  const std::unique_ptr<Connection> gone = take_out(connections_, connection);
  host_.leave();
  end_if_done();
}

void Worker::on_served_ended(Served& served) {
  note_end(served.reason());
  const std::unique_ptr<Served> gone = take_out(served_, served);
  host_.leave();
  end_if_done();
}

void Worker::note_end(CloseReason reason) {
  counters_.open.subtract();
  if (told_) ++(reason == CloseReason::cut ? report_.cut : ended_);
}

// --- what an inspector asks ------------------------------------------------------------------

void Worker::watch(std::shared_ptr<LoopMonitor> monitor) {
  monitor_ = std::move(monitor);
  loop_.set_monitor(monitor_.get());
}

bool Worker::post_call(UniqueFunction<void(Worker&)> call) {
  return loop_.post([self = alive_, call = std::move(call)]() mutable {
    if (*self != nullptr) call(**self);
  });
}

std::vector<ConnectionInfo> Worker::list(std::size_t first, std::size_t most) const {
  std::vector<ConnectionInfo> all;
  const std::size_t count = connections_.size();
  for (std::size_t i = first; i < count && all.size() < most; ++i) {
    connections_[i]->describe(all.emplace_back());
  }
  for (std::size_t i = std::max(first, count) - count; i < served_.size() && all.size() < most;
       ++i) {
    const Served& served = *served_[i];
    ConnectionInfo& info = all.emplace_back();
    served.describe(info);
    info.id = served.id;
    info.service = *served.service;
    info.age = loop_.now() - served.began;
  }
  return all;
}

bool Worker::close(std::uint64_t id) {
  for (const auto& connection : connections_) {
    if (connection->session().id() != id) continue;
    ConnectionInfo info;
    connection->describe(info);
    if (info.ending) {
      connection->abort();
    } else {
      connection->close();
    }
    return true;
  }
  for (const auto& served : served_) {
    if (served->id != id) continue;
    served->abort(CloseReason::aborted);
    return true;
  }
  return false;
}

// --- the end ---------------------------------------------------------------------------------

void Worker::drain(Duration deadline) {
  loop_.post([self = alive_, deadline] {
    if (*self != nullptr) (*self)->begin_drain(later((*self)->loop_.now(), deadline));
  });
}

void Worker::begin_drain(TimePoint deadline) {
  cut_at(deadline);
  if (draining_) return;
  draining_ = true;
  doors_.clear();
  // A request that lies in the kernel already is not lost: one more round reads it first.
  loop_.post([self = alive_] {
    if (*self != nullptr) (*self)->drain_connections();
  });
}

void Worker::drain_connections() {
  if (std::exchange(told_, true)) return;
  // Nobody has been asked for anything yet.
  for (std::size_t left = handshakes_.size(); left != 0; --left) host_.leave();
  handshakes_.clear();
  for (const auto& connection : connections_) {
    if (connection->idle()) ++report_.idle;
    connection->drain();  // ends it from the loop, never inside this call
  }
  for (const auto& served : served_) {
    if (served->idle()) ++report_.idle;
    served->drain();
  }
  end_if_done();
}

void Worker::cut_at(TimePoint deadline) {
  if (deadline >= cut_at_) return;
  cut_at_ = deadline;
  loop_.run_after(deadline - loop_.now(), [self = alive_] {
    if (*self == nullptr) return;
    // With a deadline of zero this comes first, and what is idle still was not cut.
    (*self)->drain_connections();
    for (const auto& connection : (*self)->connections_) connection->abort(CloseReason::cut);
    for (const auto& served : (*self)->served_) served->abort(CloseReason::cut);
  });
}

void Worker::end_if_done() {
  if (done_ || !connections_.empty() || !served_.empty() || !handshakes_.empty()) return;
  if (!alone_ && !told_) return;
  done_ = true;
  report_.finished = ended_ - report_.idle;
  host_.on_worker_done(*this);
}

void Worker::add_to(ServerStats& stats) const {
  const ConnectionCounters& seen = context_.counters;
  stats.accepted += counters_.accepted.value();
  stats.refused_limit += counters_.refused_limit.value();
  stats.refused_backend += counters_.refused_backend.value();
  stats.accept_pauses += counters_.accept_pauses.value();
  stats.accept_shed += counters_.accept_shed.value();
  stats.handshakes_failed += counters_.handshakes_failed.value();
  stats.handshakes_late += counters_.handshakes_late.value();
  stats.messages.truncated += counters_.messages.truncated.value();
  stats.messages.empty += counters_.messages.empty.value();
  stats.messages.dropped += counters_.messages.dropped.value();
  stats.messages.unsendable += counters_.messages.unsendable.value();
  stats.messages.amplifying += counters_.messages.amplifying.value();
  stats.messages.displaced += counters_.messages.displaced.value();
  stats.bytes_in += seen.bytes_in.value();
  stats.bytes_out += seen.bytes_out.value();
  stats.frames_in += seen.frames_in.value();
  stats.handler_failures += seen.handler_failures.value();
  stats.pauses += seen.pauses.value();
  stats.queued += seen.queued.value();
  for (std::size_t i = 0; i < close_reason_count; ++i) stats.closed[i] += seen.closed[i].value();
}

}  // namespace weir
