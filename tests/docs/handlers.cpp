// The code of docs/handlers.md, whole. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "weir/routing/conversation.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/run_on.hpp"
#include "weir/testing/memory_loop.hpp"
#include "weir/weir.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view endpoint = "tcp://127.0.0.1:7000";

std::string slow_lookup(std::string_view key) { return std::string(key.rbegin(), key.rend()); }

// [greet
asio::awaitable<void> greet(weir::Conversation session) {
  session.send("name?");
  const auto name = co_await session.read();
  if (!name) co_return;
  const std::string greeting = "hello " + std::string(*name);
  session.send("again?");
  if (co_await session.read() == "yes") session.send(greeting);
}
// ]

// [nudge
asio::awaitable<void> nudge(weir::Conversation session) {
  using namespace asio::experimental::awaitable_operators;
  for (;;) {
    const auto first = co_await (session.read() || weir::sleep_for(10s));
    if (first.index() == 1) {
      session.send("still there?");
    } else if (!std::get<0>(first)) {
      co_return;
    }
  }
}
// ]

// [count
asio::awaitable<void> count(weir::Conversation session) {
  for (int i = 0; i < 100'000; ++i) {
    const auto sent = session.send(std::to_string(i));
    if (sent == weir::SendResult::pressured) co_await session.drained();
    if (sent == weir::SendResult::rejected) co_return;
  }
}
// ]

// [run_on
asio::awaitable<std::string> look_up(weir::WorkerPool& pool, std::string_view key) {
  const std::string value = co_await weir::run_on(pool, [&] { return slow_lookup(key); });
  co_return "found " + value;
}
// ]

struct Service {
  Service() : server({.log = weir::Log(weir::LogLevel::off), .loop = &loop}) {}

  weir::testing::Peer dial() {
    if (!std::exchange(started, true)) BOOST_REQUIRE(server.start().ok());
    auto peer = loop.dial(endpoint);
    loop.run_ready();
    return peer;
  }
  std::string say(weir::testing::Peer& peer, std::string_view bytes) {
    peer.send(bytes);
    loop.run_ready();
    return peer.take();
  }
  void settle(const weir::WorkerPool& pool) {
    for (auto stats = pool.stats(); stats.running + stats.queued != 0; stats = pool.stats()) {
      std::this_thread::yield();
    }
    loop.run_ready();
  }

  weir::testing::MemoryLoop loop;
  weir::Server server;
  bool started = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(handlers, Service)

BOOST_AUTO_TEST_CASE(a_plain_function) {
  // [plain
  server.listen(endpoint, weir::lines(), [](std::string_view line) { return line; });
  // ]
  auto peer = dial();
  BOOST_TEST(say(peer, "a\n") == "a\n");
}

BOOST_AUTO_TEST_CASE(with_its_session) {
  // [session
  server.listen(endpoint, weir::lines(),
                [](std::string_view line, weir::Session& session) -> std::optional<std::string> {
                  if (line.empty()) return std::nullopt;
                  if (line == "quit") session.close();
                  return "you said " + std::string(line);
                });
  // ]
  auto peer = dial();
  BOOST_TEST(say(peer, "\na\nquit\nb\n") == "you said a\nyou said quit\n");
}

BOOST_AUTO_TEST_CASE(with_a_responder) {
  // [responder
  std::vector<weir::Responder> waiting;
  server.listen(endpoint, weir::lines(), [&](std::string_view line, weir::Responder responder) {
    if (line == "wait") return waiting.push_back(std::move(responder));
    for (const auto& each : waiting) each.reply(line);
    waiting.clear();
    responder.reply("told");
  });
  // ]
  auto one = dial();
  auto two = dial();
  BOOST_TEST(say(one, "wait\n") == "");
  BOOST_TEST(say(two, "go\n") == "told\n");
  BOOST_TEST(one.take() == "go\n");
}

BOOST_AUTO_TEST_CASE(a_coroutine) {
  // [coroutine
  server.listen(endpoint, weir::lines(), [](std::string_view line) -> asio::awaitable<std::string> {
    co_await weir::sleep_for(1s);
    co_return "a second later: " + std::string(line);
  });
  // ]
  auto peer = dial();
  BOOST_TEST(say(peer, "a\n") == "");
  loop.advance(1s);
  BOOST_TEST(peer.take() == "a second later: a\n");
}

BOOST_AUTO_TEST_CASE(a_conversation) {
  // [conversation
  server.listen(endpoint, weir::lines(), weir::conversation(greet));
  // ]
  auto peer = dial();
  BOOST_TEST(peer.take() == "name?\n");
  BOOST_TEST(say(peer, "weir\nyes\n") == "again?\nhello weir\n");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_read_with_a_deadline) {
  server.listen(endpoint, weir::lines(), weir::conversation(nudge));
  auto peer = dial();
  loop.advance(10s);
  BOOST_TEST(peer.take() == "still there?\n");
  peer.end();
  loop.run_ready();
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(back_pressure) {
  server.listen(endpoint, weir::lines(), weir::conversation(count));
  auto peer = dial();
  BOOST_TEST(server.stats().pauses > 0U);
  std::string last;
  while (!peer.ended()) {
    if (auto some = peer.take(); !some.empty()) last = std::move(some);
    loop.run_ready();
  }
  BOOST_TEST(last.ends_with("99999\n"));
}

BOOST_AUTO_TEST_CASE(code_that_blocks) {
  // [offload
  weir::WorkerPool pool(4);
  server.listen(endpoint, weir::lines(),
                weir::offload(pool, [](std::string_view line) { return slow_lookup(line); }));
  // ]
  auto peer = dial();
  peer.send("abc\n");
  loop.run_ready();
  settle(pool);
  BOOST_TEST(peer.take() == "cba\n");
  peer.reset();
  loop.run_ready();
}

BOOST_AUTO_TEST_CASE(a_part_that_blocks) {
  weir::WorkerPool pool(1);
  server.listen(endpoint, weir::lines(),
                [&pool](std::string_view line) { return look_up(pool, line); });
  auto peer = dial();
  peer.send("abc\n");
  loop.run_ready();
  settle(pool);
  BOOST_TEST(peer.take() == "found cba\n");
}

BOOST_AUTO_TEST_SUITE_END()
