// A Connection without a server, and a protocol whose handler answers when the test says so: what
// a coroutine handler is to a connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/framing/line.hpp"
#include "weir/session/connection.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

/// What happened to a protocol, also after it is gone.
struct Told {
  std::vector<std::string> frames;
  std::size_t inputs = 0;  // calls of on_input
  std::vector<CloseReason> closes;
  std::size_t drained = 0;
  std::size_t ends = 0;
};

/// Lines; a handler is out after every frame, until Connection::handler_done().
class LaterProtocol final : public Protocol {
 public:
  explicit LaterProtocol(Told& told) : told_(told) {}

  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override {
    ++told_.inputs;
    Progress progress;
    const Decoded decoded = framing_.decode(input);
    if (decoded.kind() == Decoded::Kind::need_more) {
      progress.need = decoded.total();
    } else {
      ++context.frames;
      told_.frames.emplace_back(decoded.payload());
      progress.consumed = decoded.consumed();
      context.connection.handler_began();
    }
    return progress;
  }
  Status encode(std::string_view message, Buffer& output) override {
    return framing_.encode(message, output);
  }
  void on_drained(Session&) override { ++told_.drained; }
  void on_end(Session&) override { ++told_.ends; }
  void on_close(Session&, CloseReason reason) override { told_.closes.push_back(reason); }

 private:
  Told& told_;
  LineFraming framing_ = lines();
};

class Direct final : private ConnectionOwner {
 public:
  explicit Direct(const ConnectionOptions& wanted = {}, testing::Faults faults = {})
      : loop(faults), options(wanted), context{loop, options, log} {
    auto [transport, far] = loop.transport_and_peer();
    peer = far;
    ConnectionOwner& owner = *this;
    connection = std::make_unique<Connection>(context, owner, std::move(transport),
                                              std::make_unique<LaterProtocol>(told));
    connection->start();
  }
  Direct(const Direct&) = delete;
  Direct& operator=(const Direct&) = delete;
  ~Direct() = default;

  std::string say(std::string_view bytes) {
    peer.send(bytes);
    loop.run_ready();
    return peer.take();
  }
  /// The handler that is out answers.
  std::string answer(std::string_view message) {
    if (connection == nullptr) return "the connection has ended";
    connection->send(message);
    connection->handler_done();
    loop.run_ready();
    return peer.take();
  }

  testing::MemoryLoop loop;
  ConnectionOptions options;
  Log log{LogLevel::off};
  ConnectionContext context;
  Told told;
  testing::Peer peer;
  std::unique_ptr<Connection> connection;  // nullptr after the end

 private:
  void on_connection_closed(Connection&) override { connection.reset(); }
};

}  // namespace weir::test
