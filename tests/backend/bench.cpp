#include "backend/bench.hpp"

#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "support/message_peer.hpp"
#include "weir/tls/tls.hpp"

namespace weir::test {

namespace {

class MemoryClient final : public Client {
 public:
  MemoryClient(Bench& bench, testing::Peer peer) : bench_(bench), peer_(std::move(peer)) {}
  ~MemoryClient() override { MemoryClient::close(); }

  void send(std::string_view bytes) override { peer_.send(bytes); }
  std::size_t send_some(std::string_view bytes) override {
    peer_.send(bytes);
    return bytes.size();
  }
  std::string read(std::size_t size) override {
    std::string bytes;
    for (;;) {
      bytes += peer_.take(size - bytes.size());
      if (bytes.size() == size) return bytes;
      if (over()) throw std::runtime_error("the stream ended after '" + bytes + "'");
      if (!bench_.step() && peer_.available() == 0 && !over())
        in_vain(std::to_string(size) + " bytes; " + std::to_string(bytes.size()) + " came");
    }
  }
  Rest read_to_end() override {
    Rest rest;
    for (;;) {
      rest.bytes += peer_.take();
      rest.reset = peer_.was_reset();
      if (over()) return rest;
      if (!bench_.step() && peer_.available() == 0 && !over()) in_vain("the end");
    }
  }
  std::string exchange(std::string_view out, std::size_t expected, unsigned seed) override {
    std::minstd_rand random(seed);
    std::string in;
    while (!out.empty() || in.size() < expected) {
      const std::string_view piece = out.substr(0, 1 + random() % (64 * 1024));
      peer_.send(piece);
      out.remove_prefix(piece.size());
      bench_.run_ready();
      if (out.empty() && peer_.available() == 0) {
        if (in.size() < expected) in_vain("the rest of the stream");
        break;
      }
      in += peer_.take(std::min<std::size_t>(1 + random() % (32 * 1024), expected - in.size()));
    }
    return in;
  }
  void end() override { peer_.end(); }
  void close() override {
    if (!std::exchange(closed_, true)) peer_.close();
  }
  void reset() override {
    closed_ = true;
    peer_.reset();
  }

 private:
  [[nodiscard]] bool over() const { return peer_.ended() || peer_.was_reset(); }

  Bench& bench_;
  testing::Peer peer_;
  bool closed_ = false;
};

/// With a certificate that is made once.
TransportFilterPtr test_server() {
  static const TlsCertificate certificate = self_signed().value().certificate;
  return tls_server({.certificates = {certificate}}).take();
}

}  // namespace

Bench::Bench(const Setting& setting)
    : backend_(setting.backend),
      threads_(setting.threads),
      scheme_(setting.scheme),
      inspected_(setting.inspected) {
  options.log = Log(LogLevel::off);
  if (scheme_ == "tls") listener_options.tls = test_server();
  if (backend_ == "memory") {
    memory_ = std::make_unique<testing::MemoryLoop>();
    options.loop = memory_.get();
  } else {
    options.backend = std::string(backend_);
    options.threads = setting.threads;
  }
}

Bench::~Bench() {
  server_.reset();
  remove_queues(address_);
}

std::string Bench::free_endpoint() const {
  static std::atomic<unsigned> number{0};
  const std::string scheme = std::string(scheme_) + "://";
  if (scheme_ == "tcp" || scheme_ == "tls" || scheme_ == "udp") return scheme + "127.0.0.1:0";
  const std::string name =
      "weir-test-" + std::to_string(::getpid()) + "-" + std::to_string(number.fetch_add(1));
  return scheme + (scheme_ == "mq" ? "" : "@") + name;
}

std::size_t Bench::scaled(std::size_t count) const {
  return test::scaled(backend_ == "spin" ? (count + 9) / 10 : count);
}

ClientOptions Bench::client_options() const {
  ClientOptions made;
  made.log = Log(LogLevel::off);
  made.loop = memory_.get();
  if (!in_memory()) made.backend = std::string(backend_);
  if (scheme_ == "tls") made.tls = tls_client({.insecure = true}).take();
  return made;
}

void Bench::watch(Hooks& hooks) {
  hooks.on_close = [this, told = std::move(hooks.on_close)](Session& session,
                                                            CloseReason reason) mutable {
    if (told) told(session, reason);
    reasons_.push(reason);
  };
}

void Bench::begin(const Result<Endpoint>& listening) {
  if (!listening.ok()) throw std::runtime_error(listening.error().message);
  endpoint_ = listening.value();
  address_ = resolve(endpoint_).value().front();
  if (before_start) before_start(*server_);
  if (inspected_) static_cast<void>(server_->inspect());
  if (const Status started = server_->start(); !started.ok()) {
    throw std::runtime_error(started.error().message);
  }
}

std::unique_ptr<Client> Bench::connect(int receive_buffer) {
  if (in_memory()) {
    return std::make_unique<MemoryClient>(*this, memory_->dial(endpoint_.to_string()));
  }
  if (scheme_ == "tls") return connect_by_tls(address_, receive_buffer);
  return connect_plainly(address_, receive_buffer);
}

bool Bench::step() {
  const bool others = background_ > 0;  // asked first: what they posted is run now
  memory_->run_ready();
  if (others) yield_processor();
  return others;
}

void Bench::pass(Duration time) {
  if (in_memory()) memory_->advance(time);
}

DrainReport Bench::stop(Duration deadline) {
  server_->stop(deadline);
  return wait(deadline);
}

DrainReport Bench::wait(Duration deadline) {
  if (in_memory()) {
    memory_->run_ready();
    if (!server_->stopped()) memory_->advance(deadline);
    if (!server_->stopped()) in_vain("the server's end");
  }
  return server_->wait();
}

}  // namespace weir::test
