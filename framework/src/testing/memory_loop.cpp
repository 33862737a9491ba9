#include "weir/testing/memory_loop.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <thread>

#include "io/mailbox.hpp"
#include "testing/memory_transport.hpp"
#include "weir/core/endpoint.hpp"

namespace weir::testing {

// --- Peer ------------------------------------------------------------------------------------

Peer::Peer(std::shared_ptr<MemoryPipe> out, std::shared_ptr<MemoryPipe> in)
    : out_(std::move(out)), in_(std::move(in)) {}

void Peer::send(std::string_view bytes) {
  if (!out_->abandoned && !out_->broken && !out_->ended && !out_->vanished) {
    out_->bytes.append(bytes);
  } else if (out_->abandoned) {
    in_->broken = true;  // the answer to bytes that nobody reads is a reset
  }
}

std::string Peer::take(std::size_t most) {
  std::string taken(in_->bytes.view().substr(0, most));
  in_->bytes.consume(taken.size());
  return taken;
}

std::size_t Peer::available() const { return in_->bytes.size(); }

void Peer::end() { out_->ended = true; }

void Peer::close() {
  if (!in_->bytes.empty()) out_->broken = true;
  out_->ended = true;
  in_->abandoned = true;
}

void Peer::reset() {
  out_->broken = in_->broken = true;
  in_->bytes.clear();
}

bool Peer::ended() const { return in_->ended && in_->bytes.empty(); }

bool Peer::closed() const { return out_->abandoned; }

bool Peer::was_reset() const { return in_->broken; }

// --- MemoryLoop ------------------------------------------------------------------------------

namespace {

SocketAddress loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

}  // namespace

class MemoryLoop::MemoryListener final : public Listener {
 public:
  MemoryListener(MemoryLoop& loop, const SocketAddress& address, AcceptSink& sink)
      : loop_(loop), address_(address), sink_(sink) {
    loop_.listeners_[address_.port()] = this;
  }
  ~MemoryListener() override { loop_.listeners_.erase(address_.port()); }
  [[nodiscard]] SocketAddress local() const override { return address_; }
  [[nodiscard]] AcceptSink& sink() const { return sink_; }

 private:
  MemoryLoop& loop_;
  SocketAddress address_;
  AcceptSink& sink_;
};

MemoryLoop::MemoryLoop(Faults faults) : EventLoop(&manual_clock_), faults_(faults) {
  // Known from the start, so that a Session which another thread uses posts as it does elsewhere.
  mailbox()->set_owner(std::this_thread::get_id());
  update_now();
}

MemoryLoop::~MemoryLoop() { close_mailbox(); }

MemoryLoop::Step MemoryLoop::step() {
  ++steps_;
  if (steps_ == faults_.fail_at) return Step::fail;
  if (steps_ == faults_.vanish_at) return Step::vanish;
  return Step::normal;
}

bool MemoryLoop::round() {
  bool happened = false;
  // By index: a Sink may make new transports.
  for (std::size_t i = 0; i < transports_.size(); ++i) {
    if (transports_[i] != nullptr && transports_[i]->pump()) happened = true;
  }
  std::erase(transports_, nullptr);
  const bool timer_due = next_timer() <= now();
  run_timers();
  const bool had_work = has_work();
  run_posted();
  run_deferred();
  return happened || timer_due || had_work;
}

void MemoryLoop::run_ready() {
  mailbox()->set_owner(std::this_thread::get_id());
  update_now();
  for (int i = 0; round(); ++i) {
    if (i == max_rounds) throw std::logic_error("MemoryLoop: there is always something to do");
  }
}

void MemoryLoop::advance(Duration by) {
  const TimePoint end = manual_clock_.now() + by;
  run_ready();
  while (next_timer() <= end) {
    manual_clock_.move_to(std::max(next_timer(), manual_clock_.now()));
    run_ready();
  }
  manual_clock_.move_to(end);
  run_ready();
}

void MemoryLoop::run() {
  update_now();
  while (!stopping_ && round()) {
  }
  stopping_ = false;
}

Peer MemoryLoop::dial(std::string_view endpoint) {
  const auto parsed = Endpoint::parse(endpoint);
  const auto listener = parsed.ok() ? listeners_.find(parsed.value().port) : listeners_.end();
  if (listener == listeners_.end()) {
    throw std::logic_error("MemoryLoop: nobody listens on " + std::string(endpoint));
  }
  auto [transport, peer] = transport_and_peer();
  const SocketAddress address = transport->peer();
  listener->second->sink().on_accept({Descriptor(), address, std::move(transport)});
  return peer;
}

std::pair<TransportPtr, Peer> MemoryLoop::transport_and_peer() {
  auto to_peer = make_pipe();
  auto from_peer = make_pipe();
  return {make_transport(from_peer, to_peer), Peer(from_peer, to_peer)};
}

std::pair<TransportPtr, TransportPtr> MemoryLoop::transport_pair() {
  auto forth = make_pipe();
  auto back = make_pipe();
  return {make_transport(back, forth), make_transport(forth, back)};
}

Result<std::unique_ptr<Listener>> MemoryLoop::listen(const SocketAddress& address,
                                                     const ListenOptions&, AcceptSink& sink) {
  if (address.form() != SocketAddress::Form::inet || keeps_boundaries(address.kind())) {
    return Error{"cannot listen on " + address.to_string() + ": the memory loop has TCP alone"};
  }
  SocketAddress chosen = address;
  if (chosen.port() == 0) chosen.set_port(free_port());
  if (listeners_.contains(chosen.port())) {
    return system_error("cannot listen on " + chosen.to_string(), EADDRINUSE);
  }
  return std::unique_ptr<Listener>(std::make_unique<MemoryListener>(*this, chosen, sink));
}

Result<TransportPtr> MemoryLoop::adopt(Accepted accepted) { return std::move(accepted.transport); }

void MemoryLoop::connect(const SocketAddress& address, const ConnectOptions&,
                         ConnectHandler handler) {
  post([this, address, told = std::move(handler)]() mutable {
    const auto listener = listeners_.find(address.port());
    if (listener == listeners_.end()) {
      return told(system_error("cannot connect to " + address.to_string(), ECONNREFUSED));
    }
    auto [near, far] = transport_pair();
    const SocketAddress peer = far->peer();
    listener->second->sink().on_accept({Descriptor(), peer, std::move(far)});
    told(std::move(near));
  });
}

Result<std::unique_ptr<Watch>> MemoryLoop::watch(int descriptor, Task, Task) {
  return Error{"the memory loop cannot watch descriptor " + std::to_string(descriptor)};
}

std::uint16_t MemoryLoop::free_port() {
  for (;;) {
    const std::uint16_t port = next_port_++;
    if (next_port_ == 0) next_port_ = first_free_port;
    if (!listeners_.contains(port)) return port;
  }
}

TransportPtr MemoryLoop::make_transport(std::shared_ptr<MemoryPipe> in,
                                        std::shared_ptr<MemoryPipe> out) {
  auto* transport =
      new MemoryTransport(*this, std::move(in), std::move(out), loopback(free_port()));
  transports_.push_back(transport);
  return TransportPtr(transport);
}

std::shared_ptr<MemoryPipe> MemoryLoop::make_pipe() const {
  auto pipe = std::make_shared<MemoryPipe>();
  pipe->capacity = faults_.capacity;
  return pipe;
}

}  // namespace weir::testing
