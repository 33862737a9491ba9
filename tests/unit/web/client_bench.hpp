// An HTTP or WebSocket client on a MemoryLoop, and servers that say what the test says.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/endpoint.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

using namespace std::chrono_literals;
using testing::MemoryLoop;

/// The server's end of one connection.
class Conversation final : private Sink {
 public:
  explicit Conversation(TransportPtr transport) : transport_(std::move(transport)) {
    transport_->start(*this);
  }

  void say(std::string_view bytes) {
    out_ += bytes;
    flush();
  }
  /// No more is said.
  void end() { transport_->shutdown_write(); }
  void close() { transport_->close(); }
  /// What came, and was not taken yet.
  std::string take() { return std::exchange(got_, {}); }
  [[nodiscard]] std::size_t available() const { return got_.size(); }
  [[nodiscard]] bool ended() const { return ended_; }
  void stop_reading() { transport_->pause_reading(); }
  void go_on_reading() { transport_->resume_reading(); }

 private:
  void on_bytes(std::string_view bytes) override { got_ += bytes; }
  void on_end() override { ended_ = true; }
  void on_writable() override { flush(); }
  void on_closed(int) override { ended_ = true; }
  void flush() {
    if (out_.empty()) return;
    const std::string_view piece = out_;
    out_.erase(0, transport_->write({&piece, 1}));
  }

  TransportPtr transport_;
  std::string got_;
  std::string out_;
  bool ended_ = false;
};

/// Accepts, and leaves the rest to the test.
class ScriptedServer final : private AcceptSink {
 public:
  explicit ScriptedServer(MemoryLoop& loop, std::uint16_t port = 8080) : loop_(loop) {
    const Endpoint endpoint{.scheme = "tcp", .host = "127.0.0.1", .port = port};
    auto made = loop.listen(resolve(endpoint).value().front(), {}, *this);
    BOOST_REQUIRE(made.ok());
    listener_ = made.take();
  }
  /// The connections in the order of their coming; those that ended too.
  std::vector<std::unique_ptr<Conversation>> all;
  Conversation& operator[](std::size_t index) { return *all.at(index); }

 private:
  void on_accept(Accepted accepted) override {
    auto adopted = loop_.adopt(std::move(accepted));
    BOOST_REQUIRE(adopted.ok());
    all.push_back(std::make_unique<Conversation>(adopted.take()));
  }
  void on_shed(std::size_t, int) override {}

  MemoryLoop& loop_;
  std::unique_ptr<Listener> listener_;
};

/// Stands where TLS does, and changes nothing.
class NoFilter final : public TransportFilter {
 public:
  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr inner, EventLoop&,
                                          std::string_view) const override {
    return inner;
  }
};

}  // namespace weir::test
