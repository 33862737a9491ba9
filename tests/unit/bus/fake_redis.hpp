// FakeRedis: as much of Redis as a bus needs, on a MemoryLoop, with faults by script. Its framing
// is weir's own, from the server's side.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/framing/resp.hpp"
#include "weir/framing/resp_reader.hpp"
#include "weir/framing/resp_writer.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

class FakeRedis {
 public:
  /// With `tls` on tls://, else on tcp://; of 127.0.0.1:6379.
  explicit FakeRedis(testing::MemoryLoop& loop, std::string password = {},
                     TransportFilterPtr tls = {})
      : loop_(loop), password_(std::move(password)), tls_(std::move(tls)) {
    start();
  }

  /// Its connections end with what is under way; who connects now is refused.
  void kill() {
    server_.reset();
    channels_.clear();
    known_.clear();
    loop_.run_ready();
  }
  void start() {
    server_ = std::make_unique<Server>(
        ServerOptions{.drain = Duration::zero(), .log = Log(LogLevel::off), .loop = &loop_});
    Hooks hooks;
    hooks.on_close = [this](Session& session, CloseReason) {
      for (auto& [channel, sessions] : channels_) std::erase(sessions, session);
    };
    server_->listen(
        tls_ != nullptr ? "tls://127.0.0.1:6379" : "tcp://127.0.0.1:6379",
        resp_commands({.max = 64 * 1024 * 1024}),
        [this](std::string_view frame, Session& session) { answer(frame, session); },
        std::move(hooks), ListenerOptions{.tls = tls_});
    static_cast<void>(server_->start());
  }

  /// What a PUBLISH goes through: false, and its subscribers do not get it.
  std::function<bool(std::string_view channel, std::string_view message)> passes;
  /// PUBLISH gets no answer.
  bool mute = false;
  /// PUBLISHes that hold this are refused.
  std::string forbidden;
  /// PUBLISHes that came, "channel message".
  std::vector<std::string> published;
  std::vector<std::string> commands;
  /// PING gets no answer.
  bool silent = false;

  void publish(std::string_view channel, std::string_view message) {
    for (Session& each : channels_[std::string(channel)]) {
      std::string text;
      RespWriter(text).array(3).bulk("message").bulk(channel).bulk(message);
      each.send(text);
    }
  }
  [[nodiscard]] std::size_t subscribers(const std::string& channel) {
    return channels_[channel].size();
  }

 private:
  void answer(std::string_view frame, Session& session) {
    RespArguments words;
    words.read(frame);
    if (words.size() == 0) return;
    commands.emplace_back(words[0]);
    std::string reply;
    RespWriter write(reply);
    const std::string_view name = words[0];
    if (name == "AUTH") {
      if (words[words.size() - 1] == password_) {
        known_.push_back(session);
        write.simple("OK");
      } else {
        write.error("WRONGPASS invalid username-password pair or user is disabled.");
      }
    } else if (!password_.empty() &&
               std::find(known_.begin(), known_.end(), session) == known_.end()) {
      write.error("NOAUTH Authentication required.");
    } else if (name == "PING") {
      if (silent) return;
      write.simple("PONG");
    } else if (name == "SUBSCRIBE" || name == "UNSUBSCRIBE") {
      for (std::size_t i = 1; i < words.size(); ++i) {
        auto& sessions = channels_[std::string(words[i])];
        std::erase(sessions, session);
        if (name == "SUBSCRIBE") sessions.push_back(session);
        reply.clear();
        write.array(3).bulk(name == "SUBSCRIBE" ? "subscribe" : "unsubscribe").bulk(words[i]);
        write.integer(static_cast<std::int64_t>(i));
        session.send(reply);
      }
      return;
    } else if (name == "PUBLISH" && !forbidden.empty() &&
               words[2].find(forbidden) != std::string_view::npos) {
      write.error("NOPERM this user has no permissions to access one of the channels");
    } else if (name == "PUBLISH") {
      published.push_back(std::string(words[1]) + ' ' + std::string(words[2]));
      if (!passes || passes(words[1], words[2])) publish(words[1], words[2]);
      if (mute) return;
      write.integer(1);
    } else {
      write.error("ERR unknown command");
    }
    session.send(reply);
  }

  testing::MemoryLoop& loop_;
  const std::string password_;
  const TransportFilterPtr tls_;
  std::unique_ptr<Server> server_;
  std::map<std::string, std::vector<Session>> channels_;
  std::vector<Session> known_;
};

}  // namespace weir::test
