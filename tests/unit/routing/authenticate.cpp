#include "weir/routing/authenticate.hpp"

#include "unit/routing/router_bench.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/count.hpp"

using namespace weir;
using namespace weir::test;
namespace asio = boost::asio;

namespace {

struct Guarded : RouterBench {
  Guarded() {
    router.on("who", [this](const Context& context) {
      ++reached;
      return context.identity().empty() ? "nobody" : context.identity();
    });
  }
  int reached = 0;
};

/// "who ann" is ann; "who" is nobody.
std::optional<std::string> named(Context& context) {
  if (context.payload().empty()) return std::nullopt;
  return std::string(context.payload());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authenticate_)

BOOST_FIXTURE_TEST_CASE(who_is_not_known_reaches_neither_handler_nor_inner_layer, Guarded) {
  const auto inner = count();
  router.use(authenticate(named), inner);
  BOOST_TEST(ask("who ann\nwho\nwho bob\n") == "ann\nerror: unauthenticated\nbob\n");
  BOOST_TEST(reached == 2);
  BOOST_TEST(inner->stats().front().calls == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_check_may_say_yes_or_no, Guarded) {
  router.use(authenticate([](const Context& context) { return context.payload() == "please"; }));
  BOOST_TEST(ask("who please\nwho\n") == "nobody\nerror: unauthenticated\n");
}

BOOST_FIXTURE_TEST_CASE(an_identity_does_not_pass_to_the_next_request, Guarded) {
  router.on(
      "in", [](const Context& context) { return context.identity(); }, authenticate(named));
  BOOST_TEST(ask("in ann\nwho\n") == "ann\nnobody\n");
}

BOOST_FIXTURE_TEST_CASE(a_check_that_throws_admits_nobody, Guarded) {
  router.use(authenticate([](Context&) -> bool { throw std::runtime_error("no database"); }));
  BOOST_TEST(ask("who ann\n") == "error: internal error\n");
  BOOST_TEST(reached == 0);
}

BOOST_FIXTURE_TEST_CASE(a_check_may_take_its_time, Guarded) {
  router.use(authenticate([](Context& context) -> asio::awaitable<std::optional<std::string>> {
    co_await sleep_for(1s);
    co_return named(context);
  }));
  Peer peer = dial();
  BOOST_TEST(bench.say(peer, "who ann\nwho\n") == "");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "ann\n");
  bench.advance(1s);
  BOOST_TEST(peer.take() == "error: unauthenticated\n");
}

BOOST_FIXTURE_TEST_CASE(a_check_that_takes_too_long_admits_nobody, Guarded) {
  router.use(authenticate([](Context&) -> asio::awaitable<bool> {
    try {
      co_await sleep_for(1h);
    } catch (const std::exception&) {  // cancelled
    }
    co_return true;
  }));
  Peer peer = dial();
  bench.say(peer, "who ann\n");
  bench.advance(30s);
  BOOST_TEST(peer.take() == "error: timed out\n");
  BOOST_TEST(reached == 0);
}

BOOST_AUTO_TEST_SUITE_END()
