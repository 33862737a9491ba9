// TLS on real sockets, on each backend: with several loops, many connections, and reloads
// meanwhile.
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "support/sockets.hpp"
#include "unit/tls/pair.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/io/backend.hpp"
#include "weir/service/client.hpp"
#include "weir/service/server.hpp"

namespace tls_sockets_case {

using namespace weir;
using namespace weir::test;
namespace data = boost::unit_test::data;

const std::vector<std::string> backend_names = [] {
  std::vector<std::string> names;
  for (const std::string_view name : backends()) names.emplace_back(name);
  return names;
}();

/// An echo server of two loops.
struct EchoServer {
  explicit EchoServer(const std::string& backend)
      : server({.backend = backend, .threads = {.count = 2}, .log = Log(LogLevel::off)}) {
    const auto bound = server.listen(
        "tls://127.0.0.1:0", length_prefix(4), [](std::string_view frame) { return frame; },
        {.on_open = [this](Session& session) { resumed += session.security()->resumed ? 1 : 0; }},
        {.tls = tls});
    endpoint = must(bound).to_string();
    BOOST_REQUIRE(server.start().ok());
  }

  std::shared_ptr<const TlsServer> tls = must(tls_server(server_options()));
  std::atomic<int> resumed{0};
  Server server;
  std::string endpoint;
};

ClientOptions asking(const std::string& backend, TransportFilterPtr tls) {
  return {.backend = backend, .tls = std::move(tls), .log = Log(LogLevel::off)};
}

}  // namespace tls_sockets_case

using namespace tls_sockets_case;  // not unnamed: data cases are templates that lambdas come from

BOOST_AUTO_TEST_SUITE(tls_sockets)

BOOST_DATA_TEST_CASE(large_frames_come_back_whole, data::make(backend_names), backend) {
  EchoServer served(backend);
  Client client(served.endpoint, length_prefix(4),
                asking(backend, must(tls_client(client_options()))));
  for (const std::size_t size : {1U, 16'384U, 16'385U, 1'000'000U}) {
    const auto answer = client.call(pattern(size));
    BOOST_REQUIRE_MESSAGE(answer.ok(), (answer.ok() ? "" : answer.error().message));
    BOOST_TEST((answer.value() == pattern(size)));
  }
}

BOOST_DATA_TEST_CASE(a_ticket_of_one_loop_is_taken_by_the_other, data::make(backend_names),
                     backend) {
  EchoServer served(backend);
  const auto tls = must(tls_client(client_options()));
  constexpr int times = 20;
  for (int i = 0; i < times; ++i) {
    Client client(served.endpoint, length_prefix(4), asking(backend, tls));
    BOOST_TEST(client.call("hello").value() == "hello");
  }
  BOOST_TEST(served.resumed == times - 1);
}

BOOST_DATA_TEST_CASE(clients_come_and_go_while_certificates_change, data::make(backend_names),
                     backend) {
  EchoServer served(backend);
  std::atomic<bool> done{false};
  std::jthread reloading([&] {
    while (!done) {
      if (!served.tls->reload().ok()) done = true;
      std::this_thread::yield();
    }
  });
  const auto tls = must(tls_client(client_options()));
  Client staying(served.endpoint, length_prefix(4), asking(backend, tls));
  for (int i = 0; i < 20; ++i) {
    Client client(served.endpoint, length_prefix(4), asking(backend, tls));
    BOOST_TEST(client.call("hello").value() == "hello");
    BOOST_TEST(staying.call("still here").value() == "still here");
  }
  BOOST_TEST(!done.exchange(true));
  BOOST_TEST(staying.stats().disconnects == 0U);
}

BOOST_DATA_TEST_CASE(a_client_that_vanishes_in_the_handshake_costs_nothing_for_long,
                     data::make(backend_names), backend) {
  EchoServer served(backend);
  {
    const Descriptor socket = connect_to(must(resolve(must(Endpoint::parse(served.endpoint))))[0]);
    send_all(socket, std::string("\x16\x03\x01\x02\x00\x01", 6));
    wait_until("the connection", [&] { return served.server.stats().accepted == 1; });
  }
  wait_until("its end", [&] { return served.server.stats().active == 0; });
  BOOST_TEST(served.server.stats().handshakes_failed == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
