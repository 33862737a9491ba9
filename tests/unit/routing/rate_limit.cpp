#include "weir/routing/rate_limit.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "unit/routing/router_bench.hpp"
#include "weir/routing/concurrency.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr TimePoint start{1h};

SocketAddress ipv4(const char* host, std::uint16_t port = 1) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host, &address.sin_addr);
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

SocketAddress ipv6(const char* host) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  inet_pton(AF_INET6, host, &address.sin6_addr);
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

/// How many of `times` requests find a token.
int granted(RateLimit& limit, RateLimit::Key key, TimePoint now, int times) {
  int count = 0;
  for (int i = 0; i < times; ++i) count += limit.take(key, now) ? 1 : 0;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limit_)

BOOST_AUTO_TEST_CASE(a_burst_passes_and_then_as_many_as_come_back) {
  RateLimit limit({.per_second = 10, .burst = 5});
  BOOST_TEST(granted(limit, {1, 1}, start, 100) == 5);
  BOOST_TEST(granted(limit, {1, 1}, start + 99ms, 1) == 0);
  BOOST_TEST(granted(limit, {1, 1}, start + 100ms, 2) == 1);
  BOOST_TEST(granted(limit, {1, 1}, start + 400ms, 9) == 3);
  BOOST_TEST(granted(limit, {1, 1}, start + 1h, 9) == 5);
  BOOST_TEST(granted(limit, {2, 1}, start + 1h, 9) == 5);
}

BOOST_AUTO_TEST_CASE(a_loop_whose_time_is_behind_another_ones_gives_nothing_away) {
  RateLimit limit({.per_second = 10, .burst = 5});
  BOOST_TEST(granted(limit, {1, 1}, start, 9) == 5);
  BOOST_TEST(granted(limit, {1, 1}, start - 4ms, 9) == 0);
  BOOST_TEST(granted(limit, {1, 1}, start + 100ms, 9) == 1);
}

BOOST_AUTO_TEST_CASE(a_host_is_an_ipv4_address_or_the_64_of_an_ipv6_one) {
  const auto key = [](const SocketAddress& address) { return RateLimit::key_of(address); };
  BOOST_TEST((key(ipv4("10.0.0.1", 1)) == key(ipv4("10.0.0.1", 2))));
  BOOST_TEST((key(ipv4("10.0.0.1")) != key(ipv4("10.0.0.2"))));
  BOOST_TEST((key(ipv6("2001:db8:1:2::1")) == key(ipv6("2001:db8:1:2:ffff::2"))));
  BOOST_TEST((key(ipv6("2001:db8:1:2::1")) != key(ipv6("2001:db8:1:3::1"))));
  BOOST_TEST((key(ipv6("::ffff:10.0.0.1")) == key(ipv4("10.0.0.1"))));
  BOOST_TEST((key(ipv6("::ffff:10.0.0.1")) != key(ipv6("::ffff:10.0.0.2"))));
  BOOST_TEST((key(SocketAddress()) == RateLimit::Key{}));
}

BOOST_AUTO_TEST_CASE(a_full_bucket_gives_way_before_one_that_is_short) {
  RateLimit limit({.per_second = 1, .burst = 10, .max_peers = 2});
  BOOST_TEST(granted(limit, {1, 1}, start, 9) == 9);
  BOOST_TEST(granted(limit, {2, 1}, start, 1) == 1);
  for (std::uint64_t i = 3; i < 1000; ++i) {
    BOOST_REQUIRE(granted(limit, {i, 1}, start + i * 1s, 1) == 1);
    BOOST_REQUIRE(limit.take({1, 1}, start + i * 1s));  // stays short
  }
  BOOST_TEST(limit.forgotten() == 0U);
  BOOST_TEST(granted(limit, {1, 1}, start + 999s, 9) == 3);  // of 9, had it been forgotten
}

BOOST_AUTO_TEST_CASE(when_all_are_short_the_one_nearest_to_full_gives_way) {
  RateLimit limit({.per_second = 1, .burst = 10, .max_peers = 2});
  granted(limit, {1, 1}, start, 10);
  granted(limit, {2, 1}, start, 3);
  BOOST_TEST(granted(limit, {3, 1}, start, 5) == 5);  // nobody is refused for what others do
  BOOST_TEST(limit.forgotten() == 1U);
  BOOST_TEST(granted(limit, {1, 1}, start, 1) == 0);
  BOOST_TEST(granted(limit, {3, 1}, start, 9) == 5);
}

BOOST_AUTO_TEST_CASE(a_flood_of_addresses_does_not_spare_who_calls_too_often) {
  RateLimit limit({.per_second = 1, .burst = 2, .max_peers = 1024});
  int passed = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const TimePoint now = start + i * 10us;  // a second in all
    static_cast<void>(limit.take({10 + i, 7}, now));
    if (i % 10 == 0) passed += limit.take({1, 1}, now) ? 1 : 0;
  }
  BOOST_TEST(passed <= 3);
}

BOOST_FIXTURE_TEST_CASE(each_connection_has_its_own_bucket, RouterBench) {
  const auto limit = rate_limit({.per_second = 1, .burst = 2});
  router.on(
      "x", [] { return "x"; }, limit);
  Peer first = dial();
  BOOST_TEST(bench.say(first, "x\nx\nx\n") == "x\nx\nerror: rate limited\n");
  BOOST_TEST(ask("x\n") == "x\n");
  bench.advance(1s);
  BOOST_TEST(bench.say(first, "x\nx\n") == "x\nerror: rate limited\n");
  BOOST_TEST(limit->refused() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_connection_does_not_inherit_the_bucket_of_one_that_is_gone, RouterBench) {
  router.on(
      "x", [] { return "x"; }, rate_limit({.per_second = 1, .burst = 2}));
  // Where the memory of the one before is used again, its address is.
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(ask("x\nx\nx\n") == "x\nx\nerror: rate limited\n");
  }
}

BOOST_FIXTURE_TEST_CASE(the_connections_of_a_host_share_one_by_address, RouterBench) {
  router.on(
      "x", [] { return "x"; }, rate_limit({.per_second = 1, .burst = 2, .by = RateKey::address}));
  BOOST_TEST(ask("x\nx\n") == "x\nx\n");
  BOOST_TEST(ask("x\n") == "error: rate limited\n");
}

BOOST_FIXTURE_TEST_CASE(limits_that_make_no_sense_are_refused, RouterBench) {
  const auto mistake = [](RateLimitOptions options) {
    return mistake_of([&] { static_cast<void>(rate_limit(options)); });
  };
  BOOST_TEST(mistake({.per_second = 0}) == "rate_limit: per_second is out of range");
  BOOST_TEST(mistake({.per_second = -1}) == "rate_limit: per_second is out of range");
  BOOST_TEST(mistake({.burst = 0}) ==
             "rate_limit: a burst is at least 1, and comes back within a year");
  BOOST_TEST(mistake({.per_second = 1e-3, .burst = 1'000'000}) ==
             "rate_limit: a burst is at least 1, and comes back within a year");
  BOOST_TEST(mistake({.max_peers = 0}) == "rate_limit: max_peers is 0");
  BOOST_TEST(mistake({.per_second = 1e12}) == "nothing thrown");
}

BOOST_AUTO_TEST_SUITE_END()
