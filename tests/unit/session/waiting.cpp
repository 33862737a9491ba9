// A handler that is out when its peer goes, or the server stops: Protocol::ends_with_peer() and
// ends_with_drain().
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "unit/session/bench.hpp"
#include "weir/session/connection.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Answers {
  bool ends_with_peer = false;
  bool ends_with_drain = false;
};

/// Echoes what it gets; at 'w' a handler is out until somebody says handler_done().
class Waiter final : public Protocol {
 public:
  Waiter(Answers answers, Connection*& open) : answers_(answers), open_(open) {}
  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override {
    open_ = &context.connection;
    Progress progress;
    while (progress.consumed < input.size() && !context.halted) {
      const char letter = input[progress.consumed++];
      context.output.push_back(letter);
      if (letter == 'w') context.connection.handler_began(1, false);
    }
    return progress;
  }
  Status encode(std::string_view message, Buffer& output) override {
    output.append(message);
    return {};
  }
  void on_drained(Session&) override {}
  [[nodiscard]] bool ends_with_peer() const override { return answers_.ends_with_peer; }
  [[nodiscard]] bool ends_with_drain() const override { return answers_.ends_with_drain; }
  void on_end(Session&) override {}
  void on_close(Session&, CloseReason) override { open_ = nullptr; }

 private:
  const Answers answers_;
  Connection*& open_;
};

class Waiters final : public ProtocolFactory {
 public:
  Waiters(Answers answers, Connection*& open) : answers_(answers), open_(open) {}
  std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    return std::make_unique<Waiter>(answers_, open_);
  }

 private:
  const Answers answers_;
  Connection*& open_;
};

struct WaitBench {
  explicit WaitBench(Answers answers, const ServerOptions& options = {}, Faults faults = {})
      : bench(options, faults) {
    BOOST_REQUIRE(bench.server.listen(here, std::make_unique<Waiters>(answers, connection)).ok());
    BOOST_REQUIRE(bench.server.start().ok());
    peer = bench.dial();
  }
  void finish_sending() {
    peer.end();
    bench.run();
  }
  [[nodiscard]] std::uint64_t ended(CloseReason reason) {
    return bench.server.stats().closed_by(reason);
  }
  Bench bench;
  Connection* connection = nullptr;
  Peer peer;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting)

BOOST_AUTO_TEST_CASE(the_answer_still_goes_out_to_a_peer_that_only_finished_sending) {
  WaitBench it({});
  BOOST_TEST(it.bench.say(it.peer, "aw") == "aw");
  it.finish_sending();
  BOOST_REQUIRE(it.connection != nullptr);
  it.connection->send("answer");
  it.connection->handler_done();
  BOOST_TEST(it.bench.take_all(it.peer) == "answer");
  BOOST_TEST(it.ended(CloseReason::peer_ended) == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_gone_is_not_awaited_where_the_protocol_says_so) {
  WaitBench it({.ends_with_peer = true});
  BOOST_TEST(it.bench.say(it.peer, "aw") == "aw");
  BOOST_TEST(it.connection != nullptr);
  it.finish_sending();
  BOOST_TEST(it.connection == nullptr);
  BOOST_TEST(it.ended(CloseReason::peer_ended) == 1U);
}

BOOST_AUTO_TEST_CASE(its_end_is_seen_behind_what_it_sent_meanwhile) {
  WaitBench it({.ends_with_peer = true});
  BOOST_TEST(it.bench.say(it.peer, "wabc") == "w");
  BOOST_TEST(it.bench.say(it.peer, "def") == "");
  it.finish_sending();
  BOOST_TEST(it.connection == nullptr);
}

BOOST_AUTO_TEST_CASE(what_it_sent_meanwhile_is_handled_when_it_stays) {
  WaitBench it({.ends_with_peer = true});
  BOOST_TEST(it.bench.say(it.peer, "wab") == "w");
  BOOST_TEST(it.bench.say(it.peer, "cd") == "");
  it.connection->handler_done();
  BOOST_TEST(it.bench.take_all(it.peer) == "abcd");
}

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_is_read_meanwhile) {
  ServerOptions options;
  options.flow.read_ahead = 100;
  WaitBench it({.ends_with_peer = true}, options, {.max_read = 50});
  BOOST_TEST(it.bench.say(it.peer, "w") == "w");
  const std::string many(1000, 'x');
  it.peer.send(many);
  it.bench.run();
  const std::uint64_t taken = it.bench.server.stats().bytes_in;
  BOOST_TEST(taken > 100U);
  BOOST_TEST(taken <= 100U + 50U + 1U);
  it.connection->handler_done();
  BOOST_TEST(it.bench.take_all(it.peer) == many);
}

BOOST_AUTO_TEST_CASE(without_the_protocols_word_nothing_is_read_ahead) {
  WaitBench it({}, {}, {.max_read = 10});
  BOOST_TEST(it.bench.say(it.peer, "w") == "w");
  it.peer.send(std::string(100, 'x'));
  it.bench.run();
  BOOST_TEST(it.bench.server.stats().bytes_in <= 11U);
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_the_handler) {
  WaitBench it({});
  it.bench.say(it.peer, "w");
  it.bench.server.stop(10s);
  it.bench.run();
  BOOST_REQUIRE(it.connection != nullptr);
  it.connection->send("answer");
  it.connection->handler_done();
  BOOST_TEST(it.bench.take_all(it.peer) == "answer");
  it.finish_sending();
  BOOST_TEST(it.bench.server.stopped());
}

BOOST_AUTO_TEST_CASE(a_stop_ends_at_once_what_the_protocol_does_not_await) {
  WaitBench it({.ends_with_drain = true});
  it.bench.say(it.peer, "wab");
  it.bench.server.stop(10s);
  it.bench.run();
  BOOST_TEST(it.connection == nullptr);
  BOOST_TEST(it.ended(CloseReason::drained) == 1U);
  BOOST_TEST(it.bench.server.stopped());
}

BOOST_AUTO_TEST_CASE(what_was_sent_before_the_stop_still_goes_out) {
  WaitBench it({.ends_with_drain = true}, {}, {.capacity = 3});
  it.peer.send("abcdefw");
  it.bench.run();
  it.bench.server.stop(10s);
  BOOST_TEST(it.bench.take_all(it.peer) == "abcdefw");
  BOOST_TEST(it.peer.ended());
  BOOST_TEST(it.ended(CloseReason::drained) + it.bench.server.stats().active == 1U);
}

BOOST_AUTO_TEST_CASE(who_begins_to_wait_during_a_drain_is_ended_as_well) {
  WaitBench it({.ends_with_drain = true}, {}, {.capacity = 3});
  it.peer.send("abcdef");  // three bytes of its answer wait: not idle
  it.bench.run();
  it.bench.server.stop(10s);
  it.bench.run();
  BOOST_REQUIRE(it.connection != nullptr);
  it.peer.send("w");
  BOOST_TEST(it.bench.take_all(it.peer) == "abcdefw");
  BOOST_TEST(it.peer.ended());
}

BOOST_AUTO_TEST_SUITE_END()
