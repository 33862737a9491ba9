// Connection::limit_queue(): one connection may have more waiting for it than others, or less.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "unit/session/bench.hpp"
#include "weir/session/connection.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Limits the queue to as many bytes as it gets. Shows its session outside.
class Limited final : public Protocol {
 public:
  explicit Limited(Session& session) : session_(session) {}
  void on_open(Session& session) override { session_ = session; }
  Progress on_input(std::string_view input, InputContext& context) override {
    context.connection.limit_queue(input.size());
    Progress progress;
    progress.consumed = input.size();
    return progress;
  }
  Status encode(std::string_view message, Buffer& output) override {
    output.append(message);
    return {};
  }
  void on_drained(Session&) override {}
  void on_end(Session&) override {}
  void on_close(Session&, CloseReason) override {}

 private:
  Session& session_;
};

class Limiting final : public ProtocolFactory {
 public:
  explicit Limiting(Session& session) : session_(session) {}
  std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    return std::make_unique<Limited>(session_);
  }

 private:
  Session& session_;
};

/// A server whose connections may have 1,000 bytes waiting, and a peer that takes one.
struct LimitBench {
  LimitBench() : bench(options(), {.capacity = 1}) {
    BOOST_REQUIRE(bench.server.listen(here, std::make_unique<Limiting>(session)).ok());
    BOOST_REQUIRE(bench.server.start().ok());
    peer = bench.dial();
    bench.run();
  }
  static ServerOptions options() {
    ServerOptions all;
    all.flow = {.high_watermark = 100'000, .low_watermark = 10, .max_queued = 1000};
    return all;
  }
  SendResult send(std::size_t size) {
    const SendResult result = session.send(std::string(size, 'x'));
    bench.run();
    return result;
  }
  Bench bench;
  Session session;
  Peer peer;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(queue_limit)

BOOST_AUTO_TEST_CASE(without_a_word_it_is_that_of_the_server) {
  LimitBench it;
  BOOST_TEST((it.send(1000) == SendResult::queued));
  BOOST_TEST((it.send(2) == SendResult::rejected));  // the peer took one
  BOOST_TEST(it.bench.server.stats().closed_by(CloseReason::slow_consumer) == 1U);
}

BOOST_AUTO_TEST_CASE(a_higher_one_lets_more_wait) {
  LimitBench it;
  it.bench.say(it.peer, std::string(5000, 'l'));
  BOOST_TEST((it.send(5000) == SendResult::queued));
  BOOST_TEST(it.session.queued() == 4999U);
  BOOST_TEST((it.send(2) == SendResult::rejected));
  BOOST_TEST(it.bench.server.stats().closed_by(CloseReason::slow_consumer) == 1U);
}

BOOST_AUTO_TEST_CASE(a_lower_one_lets_less_wait) {
  LimitBench it;
  it.bench.say(it.peer, std::string(10, 'l'));
  BOOST_TEST((it.send(10) == SendResult::queued));
  BOOST_TEST((it.send(2) == SendResult::rejected));
}

BOOST_AUTO_TEST_CASE(one_below_what_waits_ends_nothing_before_the_next_message) {
  LimitBench it;
  BOOST_TEST((it.send(901) == SendResult::queued));
  it.peer.send("llll");
  it.bench.run();
  BOOST_TEST(it.session.open());
  BOOST_TEST(it.bench.take_all(it.peer).size() == 901U);
  BOOST_TEST((it.send(4) == SendResult::queued));
}

BOOST_AUTO_TEST_CASE(it_is_one_connections_alone) {
  LimitBench it;
  it.bench.say(it.peer, std::string(5000, 'l'));
  Peer other = it.bench.dial();
  it.bench.run();
  BOOST_TEST((it.send(1000) == SendResult::queued));
  BOOST_TEST((it.send(2) == SendResult::rejected));
}

BOOST_AUTO_TEST_SUITE_END()
