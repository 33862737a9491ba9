// A relay on a MemoryLoop, between a Peer that the test holds and upstreams that do what it says.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/endpoint.hpp"
#include "weir/service/relay.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

using namespace std::chrono_literals;
using testing::Faults;
using testing::MemoryLoop;
using testing::Peer;

/// One connection that an upstream has accepted.
struct UpstreamConnection final : Sink {
  explicit UpstreamConnection(TransportPtr its_transport) : transport(std::move(its_transport)) {
    transport->start(*this);
  }
  void on_bytes(std::string_view bytes) override {
    got.append(bytes);
    if (echoes) send(bytes);
  }
  void on_end() override {
    ended = true;
    if (echoes) finish();
  }
  void on_writable() override { flush(); }
  void on_closed(int error) override {
    closed = true;
    why = error;
  }
  void send(std::string_view bytes) {
    unsent.append(bytes);
    flush();
  }
  void flush() {
    const std::string_view piece = unsent;
    if (!piece.empty()) unsent.erase(0, transport->write({&piece, 1}));
    if (unsent.empty() && finishing) transport->shutdown_write();
  }
  void finish() {
    finishing = true;
    flush();
  }

  TransportPtr transport;
  std::string got;
  std::string unsent;
  bool echoes = false;
  bool finishing = false;
  bool ended = false;
  bool closed = false;
  int why = 0;
};

/// Listens while it lives.
class TestUpstream final : private AcceptSink {
 public:
  TestUpstream(MemoryLoop& loop, std::uint16_t port, bool echoes = false)
      : echoes_(echoes), endpoint("tcp://127.0.0.1:" + std::to_string(port)) {
    const auto address = resolve(Endpoint::parse(endpoint).value()).value().front();
    listener_ = loop.listen(address, {}, *this).take();
  }
  [[nodiscard]] UpstreamConnection& last() { return *connections.back(); }

 private:
  bool echoes_;
  std::unique_ptr<Listener> listener_;
  void on_accept(Accepted accepted) override {
    connections.push_back(std::make_unique<UpstreamConnection>(std::move(accepted.transport)));
    connections.back()->echoes = echoes_;
    if (ends_at_once) connections.back()->transport->close();
  }
  void on_shed(std::size_t, int) override {}

 public:
  const std::string endpoint;
  std::vector<std::unique_ptr<UpstreamConnection>> connections;
  bool ends_at_once = false;
};

class RelayCase {
 public:
  static constexpr std::string_view front = "tcp://127.0.0.1:9000";

  explicit RelayCase(Faults faults = {}, ServerOptions options = {})
      : loop(faults), one(loop, 9001), two(loop, 9002), server(completed(std::move(options))) {}
  ~RelayCase() {
    server.stop(Duration::zero());
    loop.run_ready();
  }
  RelayCase(const RelayCase&) = delete;
  RelayCase& operator=(const RelayCase&) = delete;

  void serve(std::vector<std::string> upstreams, RelayOptions options = {}) {
    options.log = Log(LogLevel::off);
    relay = Relay::make(upstreams, std::move(options)).take();
    server.listen(front, relay);
    static_cast<void>(server.start());
    loop.run_ready();
  }
  [[nodiscard]] Peer dial() {
    Peer peer = loop.dial(front);
    loop.run_ready();
    return peer;
  }
  void send(Peer& peer, std::string_view bytes) {
    peer.send(bytes);
    loop.run_ready();
  }
  [[nodiscard]] std::uint64_t ended(CloseReason reason) const {
    return server.stats().closed_by(reason);
  }
  [[nodiscard]] std::uint64_t ends() const {
    std::uint64_t all = 0;
    for (const std::uint64_t each : server.stats().closed) all += each;
    return all;
  }

  MemoryLoop loop;
  TestUpstream one;
  TestUpstream two;
  Server server;
  std::shared_ptr<Relay> relay;

 private:
  [[nodiscard]] ServerOptions completed(ServerOptions options) {
    options.loop = &loop;
    options.log = Log(LogLevel::off);
    return options;
  }
};

}  // namespace weir::test
