// A routed request that is answered at once, or later, behind layers asks for no memory once it has
// been served before.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/bare_transport.hpp"
#include "unit/session/counting_memory.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/layers.hpp"
#include "weir/routing/routed.hpp"
#include "weir/session/framed_protocol.hpp"
#include "weir/testing/memory_loop.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

/// Two connections to one router.
template <Framing F, class E>
struct Served {
  Served(const Router<>& router, F framing, E extract)
      : service(std::move(framing), routed(router, std::move(extract)), {}) {
    first.start();
    second.start();
  }

  testing::MemoryLoop loop;
  ConnectionOptions options;
  Log log{LogLevel::warning};
  ConnectionContext context{loop, options, log};
  FramedService<F, Routed<E>> service;
  SilentOwner owner;
  BareTransport one;
  BareTransport two;
  Connection first{context, owner, TransportPtr(&one), service.make(options)};
  Connection second{context, owner, TransportPtr(&two), service.make(options)};
};

/// What `work` asks for from its third time on.
template <class Work>
std::size_t cost_of(Work work) {
  work();
  work();
  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) work();
  return allocations() - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(a_request_that_is_answered_at_once_costs_none) {
  Router<> router;
  const RateLimitOptions rate{.per_second = 1e6, .burst = 1'000'000};
  RateLimitOptions rate_of_hosts = rate;
  rate_of_hosts.by = RateKey::address;
  router.use(count(), rate_limit(rate), rate_limit(rate_of_hosts), shed({.lag = 1h}),
             authenticate([](const Context&) { return true; }), deadline(1s), concurrency(10),
             [](Context& context, Next next) { next(context); });
  std::string text;
  std::string frames;
  for (int i = 0; i < 50; ++i) {
    const auto echo = [](std::string_view payload) { return payload; };
    router.on("route" + std::to_string(i), echo).on(i, echo);
    text += "route" + std::to_string(i) + " a payload that is longer than short\n";
    frames += std::string("\0\0\0\x04\0", 5) + static_cast<char>(i) + "hi";
  }
  Served by_name(router, lines(), first_word());
  BOOST_TEST(cost_of([&] { by_name.one.bring(text); }) == 0U);
  BOOST_TEST(by_name.one.written > 102U * 50 * 20);
  Served by_number(router, length_prefix(4), opcode(2));
  BOOST_TEST(cost_of([&] { by_number.one.bring(frames); }) == 0U);
  BOOST_TEST(by_number.one.written == 102U * 50 * 6);
}

/// Two requests at once, answered one after the other.
std::size_t cost_of_waiting(Router<>& router, bool one_by_one) {
  std::vector<Responder> out;
  out.reserve(2);
  router.on("x", [&](Responder responder) { out.push_back(std::move(responder)); });
  Served served(router, lines(), first_word());
  const std::size_t cost = cost_of([&] {
    served.one.bring("x a payload that is longer than short\n");
    served.two.bring("x a payload that is longer than short\n");
    BOOST_REQUIRE(out.size() == (one_by_one ? 1U : 2U));
    out[0].reply("first");
    served.loop.run_ready();
    BOOST_REQUIRE(out.size() == 2U);
    out[1].reply("second");
    served.loop.run_ready();
    out.clear();
  });
  BOOST_TEST(served.one.written == 102U * 6);
  BOOST_TEST(served.two.written == 102U * 7);
  return cost;
}

// An answer outside a batch needs a block of the connection's, which is given back.
BOOST_AUTO_TEST_CASE(a_request_that_waits_for_its_turn_costs_no_more_than_its_late_answer) {
  Router<> plain;
  Router<> layered;
  layered.use(deadline(1s), concurrency(1), count());
  const std::size_t late_answers = cost_of_waiting(plain, false);
  BOOST_TEST(late_answers == 200U);
  BOOST_TEST(cost_of_waiting(layered, true) == late_answers);
}

BOOST_AUTO_TEST_SUITE_END()
