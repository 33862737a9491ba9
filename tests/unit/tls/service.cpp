// TLS where it is used: behind a server's listener, in a client, with deadlines, groups and drains.
#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "support/greeting_filter.hpp"
#include "support/temporary_file.hpp"
#include "unit/session/bench.hpp"
#include "unit/tls/pair.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"
#include "weir/service/client.hpp"
#include "weir/session/group.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view secure = "tls://127.0.0.1:7001";

/// A server of lines on the bench's loop.
template <class Handler>
void serve(Bench& bench, Handler handler, TlsServerOptions options = server_options()) {
  const auto bound = bench.server.listen(secure, lines(), std::move(handler), bench.recorded({}),
                                         {.tls = must(tls_server(std::move(options)))});
  BOOST_REQUIRE(bound.ok());
  BOOST_TEST(bound.value().to_string() == secure);
  BOOST_REQUIRE(bench.server.start().ok());
}

Client dial(Bench& bench, TlsClientOptions options = client_options()) {
  return Client(secure, lines(),
                {.loop = &bench.loop, .tls = must(tls_client(std::move(options)))});
}

/// A client whose bytes the test carries to the server and back.
struct Cable {
  explicit Cable(Bench& on) : bench(on), near(on.loop.dial(secure)) {
    auto [wire, end] = bench.loop.transport_and_peer();
    far = end;
    const auto tls = must(tls_client(client_options()));
    client.begin(must(tls->wrap(std::move(wire), bench.loop, "127.0.0.1")));
  }
  void carry() {
    for (bench.run(); far.available() + near.available() != 0; bench.run()) {
      near.send(far.take());
      far.send(near.take());
    }
  }

  Bench& bench;
  End client;
  Peer far;   // the client's other end
  Peer near;  // the server's
};

/// The answer, or the error's text.
std::string ask(Bench& bench, Client& client, std::string_view question) {
  std::string told = "nothing";
  const auto asked = client.call(question, {}, [&told](Result<std::string> answer) {
    told = answer.ok() ? answer.value() : answer.error().message;
  });
  BOOST_REQUIRE(asked.ok());
  bench.run();
  return told;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_service)

BOOST_AUTO_TEST_CASE(a_client_asks_a_server) {
  Bench bench;
  serve(bench, echo);
  Client client = dial(bench);
  BOOST_TEST(ask(bench, client, "hello") == "hello");
  BOOST_REQUIRE(bench.session.security() != nullptr);
  BOOST_TEST(bench.session.security()->version == "TLSv1.3");
}

BOOST_AUTO_TEST_CASE(a_client_says_why_it_does_not_connect) {
  Bench bench;
  serve(bench, echo, {.certificates = {world().issue({.names = {"a.example"}})}});
  std::string why;
  ClientHooks hooks;
  hooks.on_state = [&why](ClientState, const Error& error) {
    if (why.empty()) why = error.message;
  };
  Client client(secure, lines(), {.loop = &bench.loop, .tls = must(tls_client(client_options()))},
                std::move(hooks));
  BOOST_TEST((client.post("hello") == Posted::accepted));
  bench.run();
  BOOST_TEST(why ==
             "cannot connect to tls://127.0.0.1:7001: the certificate is for a.example, not for "
             "127.0.0.1");
  BOOST_TEST(bench.server.stats().handshakes_failed == 1U);
  BOOST_TEST(bench.logged("the peer ended TLS with the alert \"bad certificate\"") == 1U);
}

BOOST_AUTO_TEST_CASE(a_handshake_byte_by_byte_is_cut_at_its_deadline) {
  Bench bench;
  serve(bench, echo);
  Peer peer = bench.loop.dial(secure);
  for (const char byte : {'\x16', '\x03', '\x01', '\x02', '\x00'}) {
    peer.send({&byte, 1});
    bench.advance(1900ms);
  }
  BOOST_TEST(!peer.closed());
  bench.advance(600ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.server.stats().handshakes_late == 1U);
  BOOST_TEST(bench.server.stats().active == 0U);
}

BOOST_AUTO_TEST_CASE(an_http_request_is_logged_as_one) {
  Bench bench;
  serve(bench, echo);
  Peer peer = bench.loop.dial(secure);
  peer.send("GET / HTTP/1.1\r\n\r\n");
  bench.run();
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.logged(": an HTTP request on a TLS port") == 1U);
  BOOST_TEST(bench.server.stats().handshakes_failed == 1U);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_ends_its_connection) {
  Bench bench;
  serve(bench, [](std::string_view line) -> std::string_view {
    if (line == "throw") throw std::runtime_error("no");
    return line;
  });
  Client client = dial(bench);
  BOOST_TEST(ask(bench, client, "fine") == "fine");
  ask(bench, client, "throw");
  BOOST_REQUIRE(!bench.closes.empty());
  BOOST_TEST((bench.closes.front() == CloseReason::handler_failed));
}

BOOST_AUTO_TEST_CASE(a_stream_that_stops_has_an_unclean_end) {
  for (const bool polite : {true, false}) {
    Bench bench;
    serve(bench, echo);
    Cable cable(bench);
    cable.client.send("hello\n");
    cable.carry();
    BOOST_TEST(cable.client.take() == "hello\n");
    if (polite) cable.client.transport->shutdown_write();
    cable.carry();
    cable.near.end();
    bench.run();
    BOOST_REQUIRE(bench.closes.size() == 1U);
    BOOST_TEST((bench.closes[0] == (polite ? CloseReason::peer_ended : CloseReason::unclean_end)));
  }
}

BOOST_AUTO_TEST_CASE(tls_stands_over_another_filter) {
  Bench bench;
  BOOST_REQUIRE(bench.server
                    .listen(secure, lines(), echo, bench.recorded({}),
                            {.tls = must(tls_server(server_options())),
                             .proxy_protocol = std::make_shared<GreetingFilter>()})
                    .ok());
  BOOST_REQUIRE(bench.server.start().ok());
  Cable cable(bench);
  cable.near.send("hello\n");  // the filter's, before TLS
  cable.client.send("line\n");
  cable.carry();
  BOOST_TEST(cable.client.take() == "line\n");
}

BOOST_AUTO_TEST_CASE(a_group_is_told_over_tls) {
  Bench bench;
  Group group;
  serve(bench, [&group](std::string_view line, Session& session) {
    group.add(session);
    return line;
  });
  std::vector<std::string> heard;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    ClientHooks hooks;
    hooks.on_message = [&heard](std::string_view line) { heard.emplace_back(line); };
    clients.push_back(std::make_unique<Client>(
        secure, lines(),
        ClientOptions{.loop = &bench.loop, .tls = must(tls_client(client_options()))},
        std::move(hooks)));
    BOOST_TEST(ask(bench, *clients.back(), "join") == "join");
  }
  const std::string text(100'000, 'x');
  group.send(text);
  bench.run();
  BOOST_TEST((heard == std::vector<std::string>(3, text)));
}

BOOST_AUTO_TEST_CASE(a_file_goes_out_encrypted_in_its_place) {
  const TemporaryFile file(pattern(300'000));
  Bench bench({}, {.capacity = 5000});
  BOOST_REQUIRE(bench.server
                    .listen(secure, raw(),
                            [&](std::string_view, Session& session) {
                              session.send("before");
                              session.send_file(file.range());
                              session.send("behind");
                            },
                            bench.recorded({}), {.tls = must(tls_server(server_options()))})
                    .ok());
  BOOST_REQUIRE(bench.server.start().ok());
  Cable cable(bench);
  cable.client.send("go");
  cable.carry();
  BOOST_TEST((cable.client.take() == "before" + pattern(300'000) + "behind"));
}

BOOST_AUTO_TEST_CASE(a_drain_lets_a_large_answer_out) {
  Bench bench({}, {.capacity = 4096});
  const std::string answer(1'000'000, 'x');
  serve(bench, [&](std::string_view) -> std::string_view {
    bench.server.stop(10s);
    return answer;
  });
  Client client = dial(bench);
  BOOST_TEST((ask(bench, client, "all of it") == answer));
  BOOST_TEST(bench.server.stopped());
  BOOST_TEST(bench.server.wait().cut == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
