// Output that is held until somebody says that it may go: Connection::hold_output().
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "unit/session/bench.hpp"
#include "weir/session/connection.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Echoes what it gets: 'h' holds the output from there on, 'w' also the input, 'q' closes.
class Holder final : public Protocol {
 public:
  explicit Holder(Connection*& held) : held_(held) {}
  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override {
    Progress progress;
    for (const char letter : input) {
      ++progress.consumed;
      context.output.push_back(letter);
      held_ = &context.connection;
      if (letter == 'h' || letter == 'w') context.connection.hold_output();
      if (letter == 'w') context.connection.handler_began();
      if (letter == 'q') context.connection.close();
      if (context.halted) break;
    }
    return progress;
  }
  Status encode(std::string_view message, Buffer& output) override {
    output.append(message);
    return {};
  }
  void on_drained(Session&) override {}
  void on_end(Session&) override {}
  void on_close(Session&, CloseReason) override { held_ = nullptr; }

 private:
  Connection*& held_;
};

class Holders final : public ProtocolFactory {
 public:
  explicit Holders(Connection*& held) : held_(held) {}
  std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    return std::make_unique<Holder>(held_);
  }

 private:
  Connection*& held_;
};

struct HoldBench {
  explicit HoldBench(const ServerOptions& options = {}, Faults faults = {})
      : bench(options, faults) {
    BOOST_REQUIRE(bench.server.listen(here, std::make_unique<Holders>(connection)).ok());
    BOOST_REQUIRE(bench.server.start().ok());
    peer = bench.dial();
    bench.run();
  }
  Bench bench;
  Connection* connection = nullptr;
  Peer peer;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hold)

BOOST_AUTO_TEST_CASE(held_replies_go_out_in_order_when_they_are_released) {
  HoldBench it;
  BOOST_TEST(it.bench.say(it.peer, "a") == "a");
  BOOST_TEST(it.bench.say(it.peer, "bh") == "");
  BOOST_TEST(it.bench.say(it.peer, "cd") == "");  // input goes on
  BOOST_TEST((it.connection->send("push") == SendResult::queued));
  BOOST_TEST(it.bench.take_all(it.peer) == "");
  it.connection->release_output();
  BOOST_TEST(it.bench.take_all(it.peer) == "bhcdpush");
  BOOST_TEST(it.bench.say(it.peer, "e") == "e");
}

BOOST_AUTO_TEST_CASE(held_replies_reach_a_slow_peer_as_a_whole) {
  HoldBench it({}, {.max_write = 2, .capacity = 3});
  const std::string all = "h" + std::string(100, 'x');
  BOOST_TEST(it.bench.say(it.peer, all) == "");
  it.connection->release_output();
  BOOST_TEST(it.bench.take_all(it.peer) == all);
}

BOOST_AUTO_TEST_CASE(the_input_behind_a_handler_that_is_out_waits_as_well) {
  HoldBench it;
  BOOST_TEST(it.bench.say(it.peer, "wab") == "");
  it.connection->release_output();
  BOOST_TEST(it.bench.take_all(it.peer) == "w");
  it.connection->handler_done();
  BOOST_TEST(it.bench.take_all(it.peer) == "ab");
}

BOOST_AUTO_TEST_CASE(an_end_waits_for_what_is_held) {
  HoldBench it;
  BOOST_TEST(it.bench.say(it.peer, "hq") == "");
  it.peer.end();
  it.bench.run();
  BOOST_TEST(!it.peer.closed());
  it.connection->release_output();
  BOOST_TEST(it.bench.take_all(it.peer) == "hq");
  BOOST_TEST(it.peer.ended());
}

BOOST_AUTO_TEST_CASE(an_abort_drops_what_is_held) {
  HoldBench it;
  BOOST_TEST(it.bench.say(it.peer, "h") == "");
  it.connection->abort(CloseReason::file_failed);
  BOOST_TEST(it.bench.take_all(it.peer) == "");
  BOOST_TEST(it.peer.closed());
}

BOOST_AUTO_TEST_CASE(the_write_deadline_begins_with_the_release) {
  ServerOptions options;
  options.deadlines.write = 10s;
  HoldBench it(options, {.capacity = 1});
  BOOST_TEST(it.bench.say(it.peer, "habc") == "");
  it.bench.advance(1min);
  BOOST_REQUIRE(it.connection != nullptr);
  it.connection->release_output();
  it.bench.run();
  it.bench.advance(9s);
  BOOST_REQUIRE(it.connection != nullptr);
  it.bench.advance(2s);
  BOOST_TEST(it.connection == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_bounded_as_everything_that_waits) {
  ServerOptions options;
  options.flow = {.high_watermark = 100, .low_watermark = 10, .max_queued = 1000};
  HoldBench it(options);
  BOOST_TEST(it.bench.say(it.peer, "h" + std::string(500, 'x')) == "");
  BOOST_TEST(it.bench.say(it.peer, std::string(5000, 'y')) == "");  // is not read
  BOOST_REQUIRE(it.connection != nullptr);
  it.connection->release_output();
  BOOST_TEST(it.bench.take_all(it.peer).size() == 5501U);
}

BOOST_AUTO_TEST_SUITE_END()
