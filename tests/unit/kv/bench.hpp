// weir-kv on a MemoryLoop: commands in, replies as short text out, time moved by hand.
//
//     Bench kv;
//     kv.check({{"SET k v", "OK"}, {"GET k", "\"v\""}, {"GET none", "nil"}, {"INCR k", "-ERR
//     ..."}});
//
// A command is words as in redis-cli, with quotes where they need them. A reply: OK (simple),
// -ERR ... (error), 1 (integer), "v" (bulk), nil, [a, b] (array), {k: v} (map), ~[a] (set),
// >[a] (push), #t (boolean), 1.5 (double), (txt)"v" (verbatim).
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "kv/journal.hpp"
#include "kv/protocol.hpp"
#include "kv/service.hpp"
#include "weir/framing/resp_reader.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::kv::test {

using namespace std::chrono_literals;

/// What the journal was given, one string for each append().
class PaperJournal final : public Journal {
 public:
  [[nodiscard]] bool keeps() const override { return true; }
  [[nodiscard]] Status writable() override {
    if (refusal.empty()) return {};
    return Error{refusal};
  }
  void append(std::string_view commands) override { lines.emplace_back(commands); }
  [[nodiscard]] bool holds_replies() const override { return true; }
  [[nodiscard]] Mark awaited(bool appended) override {
    return appended && !failure.empty() ? lines.size() : 0;
  }
  void when_kept(Mark, Told told) override { told(Error{failure}); }

  std::vector<std::string> lines;
  std::string refusal;
  std::string failure;
};

/// All replies in `bytes`, as short texts.
[[nodiscard]] std::vector<std::string> show(std::string_view bytes);

struct Case {
  std::string_view command;
  std::string reply;
};

class Bench {
 public:
  /// Milliseconds since 1970 when a bench begins.
  static constexpr std::int64_t start = 1'700'000'000'000;
  static constexpr std::string_view here = "tcp://127.0.0.1:6380";

  explicit Bench(std::size_t shards = 1) : Bench(shards, journal) {}
  /// The same with another journal than `journal`.
  Bench(std::size_t shards, Journal& kept);

  [[nodiscard]] testing::Peer dial() { return loop.dial(here); }
  /// Sends `bytes` as they are; answers what came back.
  std::string send_raw(testing::Peer& peer, std::string_view bytes);
  /// Sends a line of redis-cli; the replies that came, joined by " ".
  std::string say(testing::Peer& peer, std::string_view line);
  std::string say(std::string_view line) { return say(peer_, line); }
  /// Says each command and compares its reply.
  void check(const std::vector<Case>& cases);
  /// Time passes, and what it brings happens.
  void advance(Duration by) { loop.advance(by); }

  PaperJournal journal;
  testing::MemoryLoop loop;
  Service service;
  Server server;

 private:
  testing::Peer peer_;
};

}  // namespace weir::kv::test
