// Coroutines that ask an HTTP client.
#include "weir/web/client_coroutine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>

#include "unit/web/http_client_bench.hpp"
#include "weir/routing/executor.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(http_client_coroutine)

BOOST_AUTO_TEST_CASE(a_coroutine_waits_for_responses_and_for_errors) {
  ClientBench bench;
  std::string said;
  int code = 0;
  const auto ask = [&]() -> asio::awaitable<void> {
    const auto first = co_await http::get(*bench.client, here + "/a");
    said = first.ok() ? first.value().body : "no";
    const auto second = co_await http::get(*bench.client, "http://user@host/");
    code = second.ok() ? 0 : second.error().code;
  };
  asio::co_spawn(LoopExecutor(bench.loop), ask, asio::detached);
  bench.loop.run_ready();
  bench.say(ok("hello"));
  BOOST_TEST(said == "hello");
  BOOST_TEST(code == EINVAL);
}

BOOST_AUTO_TEST_SUITE_END()
