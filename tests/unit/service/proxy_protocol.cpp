// The PROXY protocol on a listener and on its client: who the peer is then, and who is refused.
#include "weir/io/proxy_protocol.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/session/bench.hpp"
#include "weir/core/endpoint.hpp"
#include "weir/framing/line.hpp"
#include "weir/service/client.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;

namespace {

const std::string line = "PROXY TCP4 10.0.0.1 192.168.1.2 56324 443\r\n";

TransportFilterPtr reader(ProxyProtocolOptions options = {.trusted = {"127.0.0.1"}}) {
  return proxy_protocol(options).value();
}

/// An echo of lines behind the PROXY protocol.
struct Proxied {
  explicit Proxied(TransportFilterPtr filter = reader(), Faults faults = {}) : bench({}, faults) {
    Hooks hooks;
    hooks.on_open = [this](const Session& session) { peers.push_back(session.peer().to_string()); };
    bench.serve(lines(), echo, std::move(hooks), {.proxy_protocol = std::move(filter)});
  }
  [[nodiscard]] bool logged(std::string_view words) const {
    return !bench.log.empty() && bench.log.back().find(words) != std::string::npos;
  }
  Bench bench;
  std::vector<std::string> peers;
};

SocketAddress at(const std::string& endpoint) {
  return resolve(Endpoint::parse(endpoint).value()).value().front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_protocol_filter)

BOOST_FIXTURE_TEST_CASE(the_peer_is_who_the_header_says, Proxied) {
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, line + "a\n") == "a\n");
  BOOST_TEST(peers == std::vector<std::string>{"tcp://10.0.0.1:56324"});
  BOOST_TEST(bench.session.peer().to_string() == "tcp://10.0.0.1:56324");
}

BOOST_AUTO_TEST_CASE(cut_anywhere_the_header_is_awaited_and_the_data_behind_it_kept) {
  const std::string sent = line + "a\nb\n";
  for (std::size_t cut = 1; cut < sent.size(); ++cut) {
    Proxied proxied;
    Peer peer = proxied.bench.dial();
    std::string back = proxied.bench.say(peer, sent.substr(0, cut));
    if (cut < line.size()) BOOST_TEST(proxied.peers.empty());
    back += proxied.bench.say(peer, sent.substr(cut));
    BOOST_TEST(back == "a\nb\n");
    BOOST_TEST(proxied.peers.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_byte_at_a_time_is_enough) {
  Proxied proxied(reader(), {.max_read = 1, .max_write = 1});
  Peer peer = proxied.bench.dial();
  BOOST_TEST(proxied.bench.say(peer, line + "a\n") == "a\n");
}

BOOST_FIXTURE_TEST_CASE(a_proxy_that_speaks_for_itself_keeps_its_own_address, Proxied) {
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "PROXY UNKNOWN\r\na\n") == "a\n");
  BOOST_TEST(peers.front().starts_with("tcp://127.0.0.1:"));
  Peer local = bench.dial();
  BOOST_TEST(bench.say(local, "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0a\n"s) == "a\n");
}

BOOST_FIXTURE_TEST_CASE(a_peer_without_a_header_is_refused_and_counted, Proxied) {
  Peer peer = bench.dial();
  bench.say(peer, "GET / HTTP/1.1\r\n");
  BOOST_TEST(peer.closed());
  BOOST_TEST(peers.empty());
  BOOST_TEST(bench.server.stats().handshakes_failed == 1U);
  BOOST_TEST(logged("no PROXY header but \"GET / HTTP/1.1\\r\\n\""));
}

BOOST_FIXTURE_TEST_CASE(a_header_that_is_cut_is_refused, Proxied) {
  Peer peer = bench.dial();
  bench.say(peer, line.substr(0, 20));
  peer.end();
  bench.run();
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.server.stats().handshakes_failed == 1U);
  BOOST_TEST(logged("the peer ended before its PROXY header was whole"));
}

BOOST_FIXTURE_TEST_CASE(a_header_that_does_not_come_is_cut_at_the_deadline, Proxied) {
  Peer peer = bench.dial();
  bench.advance(11s);
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.server.stats().handshakes_late == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_not_trusted_is_refused_whatever_it_says) {
  Proxied proxied(reader({.trusted = {"10.0.0.0/8"}}));
  Peer peer = proxied.bench.dial();
  BOOST_TEST(proxied.bench.say(peer, line + "a\n").empty());
  BOOST_TEST(peer.closed());
  BOOST_TEST(proxied.peers.empty());
  BOOST_TEST(proxied.bench.server.stats().handshakes_failed == 1U);
  BOOST_TEST(proxied.bench.server.stats().active == 0U);
  BOOST_TEST(proxied.logged("not in a network that the PROXY protocol is trusted from"));
}

BOOST_AUTO_TEST_CASE(who_is_not_trusted_may_be_served_as_it_is) {
  Proxied proxied(
      reader({.trusted = {"10.0.0.0/8"}, .untrusted = ProxyProtocolOptions::Untrusted::pass}));
  Peer peer = proxied.bench.dial();
  BOOST_TEST(proxied.bench.say(peer, "a\n") == "a\n");
  BOOST_TEST(proxied.peers.front().starts_with("tcp://127.0.0.1:"));
  Peer liar = proxied.bench.dial();
  const std::string back = proxied.bench.say(liar, line);
  BOOST_TEST(back.starts_with("PROXY TCP4"));
}

BOOST_AUTO_TEST_CASE(what_came_behind_the_header_waits_for_a_sink_that_is_paused) {
  struct Paused final : Sink {
    void on_ready() override { transport->pause_reading(); }
    void on_bytes(std::string_view bytes) override { got.append(bytes); }
    void on_end() override { got.append("."); }
    void on_writable() override {}
    void on_closed(int) override {}
    Transport* transport = nullptr;
    std::string got;
  };
  MemoryLoop loop;
  auto [inner, peer] = loop.transport_and_peer();
  const TransportPtr transport = reader()->wrap(std::move(inner), loop, {}).take();
  Paused sink;
  sink.transport = transport.get();
  transport->start(sink);
  peer.send(line + "first");
  loop.run_ready();
  peer.send(" second");
  peer.end();
  loop.run_ready();
  BOOST_TEST(sink.got == "");
  transport->resume_reading();
  BOOST_TEST(sink.got == "");
  loop.run_ready();
  BOOST_TEST(sink.got == "first second.");
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_named) {
  BOOST_TEST(proxy_protocol({}).error().message ==
             "the PROXY protocol needs a network that it is trusted from");
  BOOST_TEST(proxy_protocol({.trusted = {"nobody"}})
                 .error()
                 .message.starts_with("network 'nobody': no address"));
  BOOST_TEST(!proxy_protocol({.trusted = {"::1"}, .max_header = 15}).ok());
  BOOST_TEST(!proxy_protocol({.trusted = {"::1"}, .max_header = 65552}).ok());
  BOOST_TEST(parse_proxy_version("v3").error().message == "expected v1 or v2");
}

BOOST_AUTO_TEST_CASE(a_client_says_who_it_speaks_for_however_little_is_taken_at_once) {
  for (const ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, Faults::unlimited}) {
      Proxied proxied(reader(), {.max_write = piece});
      ClientOptions options{.loop = &proxied.bench.loop};
      options.proxy_protocol =
          proxy_header(version, at("tcp://10.0.0.1:56324"), at("tcp://192.168.1.2:443"));
      Client client(std::string(here), lines(), options);
      std::string answer;
      const auto called = client.call("hello", {}, [&answer](Result<std::string> result) {
        answer = result.ok() ? result.value() : result.error().message;
      });
      BOOST_TEST(called.ok());
      proxied.bench.run();
      BOOST_TEST(answer == "hello");
      BOOST_TEST(proxied.peers == std::vector<std::string>{"tcp://10.0.0.1:56324"});
    }
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_only_listens_and_ends_sends_its_header_before_its_end) {
  MemoryLoop loop(Faults{.max_write = 3});
  auto [inner, peer] = loop.transport_and_peer();
  struct Nothing final : Sink {
    void on_bytes(std::string_view) override {}
    void on_end() override {}
    void on_writable() override {}
    void on_closed(int) override {}
  } sink;
  const TransportPtr transport =
      proxy_header(ProxyVersion::v1)->wrap(std::move(inner), loop, {}).take();
  transport->start(sink);
  transport->shutdown_write();
  loop.run_ready();
  BOOST_TEST(peer.take() == "PROXY UNKNOWN\r\n");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_SUITE_END()
