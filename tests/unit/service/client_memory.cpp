// What a client's messages cost while only their ends are awaited.
#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

#include "unit/framing/counting_new.hpp"
#include "weir/framing/line.hpp"
#include "weir/service/client.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

using namespace weir;
using weir::test::bytes_in_use;

namespace {

constexpr std::string_view endpoint = "tcp://127.0.0.1:7000";
constexpr std::size_t kib = 1024;

ClientOptions on(testing::MemoryLoop& loop, QueueLimits queue = {}) {
  ClientOptions options;
  options.loop = &loop;
  options.queue = queue;
  options.log = Log(LogLevel::off);
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_memory)

BOOST_AUTO_TEST_CASE(a_request_that_has_gone_out_is_not_kept) {
  testing::MemoryLoop loop;
  Server server({.log = Log(LogLevel::off), .loop = &loop});
  BOOST_REQUIRE(server.listen(endpoint, lines(), [](std::string_view) {}).ok());
  BOOST_REQUIRE(server.start().ok());
  Client client(endpoint, lines(), on(loop));
  const std::string request(100 * kib, 'x');
  const auto ask = [&] {
    const auto called = client.call(request, {}, [](const Result<std::string>&) {});
    BOOST_REQUIRE(called.ok());
    loop.run_ready();
  };
  ask();
  const std::size_t before = bytes_in_use();
  for (int i = 0; i < 100; ++i) ask();
  BOOST_TEST(client.stats().in_flight == 101U);
  BOOST_TEST(bytes_in_use() < before + 1000 * kib);
}

BOOST_AUTO_TEST_CASE(a_message_that_was_dropped_waits_for_its_report_without_its_text) {
  testing::MemoryLoop loop;
  Client client(endpoint, lines(),
                on(loop, {.bytes = 200 * kib, .policy = QueuePolicy::drop_oldest}));
  const std::string message(100 * kib, 'x');
  const std::size_t before = bytes_in_use();
  // Only the loop may tell what was dropped, and it does not run.
  std::jthread([&] {
    for (int i = 0; i < 100; ++i) {
      BOOST_REQUIRE((client.post(message, [](const DeliveryReport&) {}) == Posted::accepted));
    }
  }).join();
  BOOST_TEST(bytes_in_use() < before + 1000 * kib);
}

BOOST_AUTO_TEST_SUITE_END()
