#include "weir/routing/shed.hpp"

#include "support/bare_transport.hpp"
#include "unit/routing/router_bench.hpp"
#include "weir/session/framed_protocol.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A loop whose rounds last as long as the test says.
class SlowLoop final : public EventLoop {
 public:
  SlowLoop() : EventLoop(&time) {}
  ~SlowLoop() override { close_mailbox(); }

  /// The next round begins now; then its timers.
  void round() {
    update_now();
    run_timers();
  }
  [[nodiscard]] bool probing() const { return next_timer() != TimerQueue::never; }

  [[nodiscard]] std::string_view name() const override { return "slow"; }
  void run() override {}
  void stop() override {}
  Result<std::unique_ptr<Listener>> listen(const SocketAddress&, const ListenOptions&,
                                           AcceptSink&) override {
    return Error{"no"};
  }
  Result<TransportPtr> adopt(Accepted) override { return Error{"no"}; }
  void connect(const SocketAddress&, const ConnectOptions&, ConnectHandler) override {}
  Result<std::unique_ptr<Watch>> watch(int, Task, Task) override { return Error{"no"}; }

  static inline testing::ManualClock time;

 private:
  void wake() override {}
  void need_round() override {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loop_lag)

BOOST_AUTO_TEST_CASE(a_long_round_is_lag_while_it_lasts) {
  SlowLoop loop;
  LoopLag lag;
  BOOST_TEST(lag.behind(loop).count() == 0);
  SlowLoop::time.advance(30ms);
  BOOST_TEST((lag.behind(loop) == 30ms));
  loop.round();
  BOOST_TEST(lag.behind(loop).count() == 0);
}

BOOST_AUTO_TEST_CASE(a_late_probe_is_lag_until_one_is_in_time) {
  SlowLoop loop;
  LoopLag lag(100ms);
  static_cast<void>(lag.behind(loop));
  SlowLoop::time.advance(350ms);
  loop.round();
  BOOST_TEST((lag.last() == 250ms));
  SlowLoop::time.advance(50ms);
  loop.round();
  BOOST_TEST((lag.behind(loop) == 250ms));
  SlowLoop::time.advance(50ms);
  loop.round();
  BOOST_TEST(lag.behind(loop).count() == 0);
  BOOST_TEST((lag.worst() == 250ms));
}

BOOST_AUTO_TEST_CASE(a_probe_that_is_overdue_counts_before_it_is_called) {
  SlowLoop loop;
  LoopLag lag(100ms);
  static_cast<void>(lag.behind(loop));
  SlowLoop::time.advance(300ms);
  BOOST_TEST((lag.behind(loop) == 300ms));
}

BOOST_AUTO_TEST_CASE(nobody_asks_and_the_loop_sleeps) {
  SlowLoop loop;
  {
    LoopLag lag(100ms);
    static_cast<void>(lag.behind(loop));
    SlowLoop::time.advance(100ms);
    loop.round();
    BOOST_TEST(loop.probing());
    SlowLoop::time.advance(300ms);
    loop.round();
    BOOST_TEST(!loop.probing());
    BOOST_TEST(lag.behind(loop).count() == 0);  // what was long ago does not count
    BOOST_TEST(loop.probing());
  }
  BOOST_TEST(!loop.probing());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shed_)

BOOST_AUTO_TEST_CASE(requests_are_refused_while_their_loop_lags) {
  Router<> router;
  const auto layer = shed({.lag = 50ms});
  router.on(
      "slow", [] { SlowLoop::time.advance(60ms); }, layer);
  router.on(
      "just", [] { SlowLoop::time.advance(50ms); }, layer);
  int reached = 0;
  router.on(
      "quick", [&] { ++reached; }, layer);
  SlowLoop loop;
  const ConnectionOptions options;
  const Log quiet(LogLevel::off);
  ConnectionContext context{loop, options, quiet};
  FramedService<LineFraming, Routed<FirstWord>> service(lines(), routed(router), {});
  SilentOwner owner;
  BareTransport transport;
  Connection connection(context, owner, TransportPtr(&transport), service.make(options));
  connection.start();
  transport.bring("quick\n");
  BOOST_TEST(reached == 1);
  transport.bring("slow\nquick\nquick\n");  // in one round
  BOOST_TEST(reached == 1);
  BOOST_TEST(layer->refused() == 2U);
  loop.round();
  transport.bring("quick\n");
  BOOST_TEST(reached == 2);
  transport.bring("just\nquick\n");
  BOOST_TEST(reached == 3);
  BOOST_TEST(layer->refused() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_loop_that_keeps_up_refuses_nobody, RouterBench) {
  const auto layer = shed();
  router.on(
      "x", [] { return "x"; }, layer);
  Peer peer = dial();
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(bench.say(peer, "x\n") == "x\n");
    bench.advance(50ms);
  }
  BOOST_TEST(layer->refused() == 0U);
  BOOST_TEST(mistake_of([] { static_cast<void>(shed({.lag = 0s})); }) ==
             "shed: the lag is not positive");
}

BOOST_AUTO_TEST_SUITE_END()
