// A client and its server on one loop in memory: what the server gets, and when it answers or cuts,
// is the test's script.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/framing/line.hpp"
#include "weir/service/client.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

/// Lines "ID TEXT"; a line that begins with '!' answers nothing.
inline std::optional<std::uint64_t> line_id(std::string_view line) {
  if (line.starts_with('!')) return std::nullopt;
  return std::stoull(std::string(line));
}

class ClientCase {
 public:
  static constexpr std::string_view endpoint = "tcp://127.0.0.1:7000";

  explicit ClientCase(ClientOptions options = {}, testing::Faults faults = {}) : loop(faults) {
    client = std::make_unique<Client>(endpoint, lines(), prepared(std::move(options)), hooks());
  }
  ~ClientCase() {
    client.reset();
    loop.run_ready();
  }

  ClientOptions prepared(ClientOptions options) {
    options.loop = &loop;
    options.log = Log(LogLevel::off);
    options.backoff.jitter = 0;
    return options;
  }
  ClientHooks hooks() {
    ClientHooks made;
    made.on_state = [this](ClientState state, const Error&) {
      states += states.empty() ? "" : " ";
      states += to_string(state);
    };
    made.on_message = [this](std::string_view frame) { messages.emplace_back(frame); };
    return made;
  }

  /// A server that keeps its sessions and lines.
  void listen() {
    ServerOptions options{.log = Log(LogLevel::off), .loop = &loop};
    Hooks made;
    made.on_open = [this](Session& session) { sessions.push_back(session); };
    server = std::make_unique<Server>(std::move(options));
    const auto listening = server->listen(
        endpoint, lines(), [this](std::string_view line) { received.emplace_back(line); },
        std::move(made));
    BOOST_REQUIRE(listening.ok());
    BOOST_REQUIRE(server->start().ok());
  }
  void answer(std::string_view line) {
    sessions.back().send(line);
    loop.run_ready();
  }
  void cut() {
    sessions.back().abort();
    loop.run_ready();
  }

  /// What became of a call goes to `outcomes`: its answer, or "error CODE: TEXT".
  CallId call(std::string_view request, CallOptions options = {}) {
    auto called = client->call(request, options, [this](Result<std::string> result) {
      outcomes.push_back(result.ok() ? result.value() : "error " + words(result.error()));
    });
    BOOST_REQUIRE(called.ok());
    return called.value();
  }
  Posted post(std::string_view message, PostOptions options = {}) {
    return client->post(
        message,
        [this, name = std::string(message)](const DeliveryReport& report) {
          static constexpr const char* names[] = {"delivered", "answered", "lost"};
          std::string text = name + " " + names[static_cast<int>(report.delivery)];
          if (report.delivery == Delivery::lost) text += " " + words(report.reason);
          outcomes.push_back(text);
        },
        options);
  }
  static std::string words(const Error& error) {
    return std::to_string(error.code) + ": " + error.message;
  }
  /// Takes what was told since.
  std::vector<std::string> told() { return std::exchange(outcomes, {}); }
  std::vector<std::string> got() { return std::exchange(received, {}); }

  testing::MemoryLoop loop;
  std::unique_ptr<Server> server;
  std::vector<Session> sessions;
  std::vector<std::string> received;
  std::vector<std::string> outcomes;
  std::vector<std::string> messages;
  std::string states;
  std::unique_ptr<Client> client;
};

using Strings = std::vector<std::string>;

}  // namespace weir::test
