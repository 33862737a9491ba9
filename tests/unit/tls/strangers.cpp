// Peers of other making: TLS 1.2, what is refused, floods, and what is no TLS at all.
#include <openssl/err.h>

#include <boost/test/unit_test.hpp>

#include "tls/tls_transport.hpp"
#include "unit/tls/stranger.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const TransportFilterPtr& server() {
  static const TransportFilterPtr one = must(tls_server(server_options()));
  return one;
}

/// What the server says of a peer that begins with `bytes`.
std::string answer_to(std::string_view bytes) {
  testing::MemoryLoop loop;
  auto [transport, peer] = loop.transport_and_peer();
  End end;
  end.begin(must(server()->wrap(std::move(transport), loop, {})));
  peer.send(bytes);
  loop.run_ready();
  BOOST_TEST(end.closed);
  BOOST_TEST(peer.closed());
  BOOST_TEST(!end.ready);
  return end.transport->failure();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_strangers)

BOOST_AUTO_TEST_CASE(tls_1_2_is_spoken_and_may_be_refused) {
  Stranger old(server(), TLS1_2_VERSION);
  old.agree();
  BOOST_REQUIRE(old.server.ready);
  BOOST_TEST(old.server.transport->security()->version == "TLSv1.2");
  BOOST_TEST(old.server.transport->security()->cipher == "ECDHE-ECDSA-AES256-GCM-SHA384");
  auto modern = server_options();
  modern.min_version = TlsVersion::tls13;
  Stranger refused(must(tls_server(modern)), TLS1_2_VERSION);
  refused.agree();
  BOOST_TEST(!refused.server.ready);
  BOOST_TEST(refused.server.transport->failure() == "the peer's version of TLS is too old");
}

BOOST_AUTO_TEST_CASE(bytes_and_ends_of_tls_1_2) {
  Stranger peer(server(), TLS1_2_VERSION);
  peer.agree();
  peer.send("question");
  SSL_shutdown(peer.ssl.get());
  peer.carry();
  BOOST_TEST(peer.server.take() == "question");
  BOOST_TEST(peer.server.ended);
  BOOST_TEST(peer.server.transport->ended_cleanly());
  peer.server.send("answer");
  peer.carry();
  BOOST_TEST(peer.take() == "answer");
}

BOOST_AUTO_TEST_CASE(behind_the_goodbye_the_stream_below_ends_too) {
  Stranger peer(server(), TLS1_3_VERSION);
  peer.agree();
  peer.server.send("last words");
  peer.server.transport->shutdown_write();
  peer.carry();
  BOOST_TEST(peer.take() == "last words");
  BOOST_TEST(peer.take().empty());
  BOOST_TEST(SSL_get_shutdown(peer.ssl.get()) == SSL_RECEIVED_SHUTDOWN);
  BOOST_TEST(peer.peer.ended());
  BOOST_TEST(!peer.peer.closed());
}

BOOST_AUTO_TEST_CASE(what_nobody_reads_is_bounded) {
  const tls::BioMethodPtr method = tls::make_wire_method();
  tls::Wires wires;
  const tls::SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const tls::SslPtr ssl(SSL_new(context.get()));
  BOOST_REQUIRE(tls::connect_wires(*ssl, *method, wires));
  const std::string bytes(tls::Wires::most_output, 'x');
  BOOST_TEST(BIO_write(SSL_get_wbio(ssl.get()), bytes.data(), static_cast<int>(bytes.size())) ==
             static_cast<int>(bytes.size()));
  BOOST_TEST(BIO_write(SSL_get_wbio(ssl.get()), "x", 1) <= 0);
  BOOST_TEST(wires.output.size() == bytes.size());
}

BOOST_AUTO_TEST_CASE(weak_ciphers_are_refused) {
  for (const auto* ciphers : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"}) {
    Stranger peer(server(), TLS1_2_VERSION, ciphers);
    peer.agree();
    BOOST_TEST(peer.server.transport->failure() == "the peer has no cipher that is allowed here");
  }
}

BOOST_AUTO_TEST_CASE(keys_of_two_kinds_serve_one_name) {
  auto served = server_options();
  served.certificates.push_back(
      world().issue({.names = {"server.example", "127.0.0.1"}, .rsa = true}));
  const auto both = must(tls_server(served));
  for (const std::string ciphers :
       {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"}) {
    Stranger peer(both, TLS1_2_VERSION, ciphers.c_str());
    peer.agree();
    BOOST_REQUIRE(peer.server.ready);
    BOOST_TEST(peer.server.transport->security()->cipher == ciphers);
  }
}

BOOST_AUTO_TEST_CASE(nobody_renegotiates) {
  Stranger peer(server(), TLS1_2_VERSION);
  peer.agree();
  BOOST_REQUIRE(peer.server.ready);
  SSL_renegotiate(peer.ssl.get());
  SSL_do_handshake(peer.ssl.get());
  peer.carry();
  BOOST_TEST(SSL_do_handshake(peer.ssl.get()) != 1);
  BOOST_TEST(ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

BOOST_AUTO_TEST_CASE(keys_may_be_updated_now_and_then) {
  Stranger peer(server(), TLS1_3_VERSION);
  peer.agree();
  for (int i = 0; i < 10; ++i) {
    SSL_key_update(peer.ssl.get(), SSL_KEY_UPDATE_REQUESTED);
    peer.send("a");
    peer.server.send("b");
    peer.carry();
    BOOST_TEST(peer.take() == "b");
  }
  BOOST_TEST(peer.server.take() == "aaaaaaaaaa");
}

BOOST_AUTO_TEST_CASE(a_flood_of_key_updates_ends_the_stream) {
  Stranger peer(server(), TLS1_3_VERSION);
  peer.agree();
  for (int i = 0; i < 40 && !peer.server.closed; ++i) {
    SSL_key_update(peer.ssl.get(), SSL_KEY_UPDATE_REQUESTED);
    peer.send("a");
  }
  BOOST_TEST(peer.server.closed);
  BOOST_TEST(peer.server.transport->failure() == "the peer sends too many messages of TLS itself");
  BOOST_TEST(peer.server.in.size() <= tls::TlsTransport::most_messages);
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_is_named) {
  BOOST_TEST(answer_to("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == "an HTTP request on a TLS port");
  BOOST_TEST(answer_to("CONNECT a:443 HTTP/1.1\r\n\r\n") == "an HTTP request on a TLS port");
  BOOST_TEST(answer_to("hello, is anybody there?\n") == "what came is no TLS");
  BOOST_TEST(answer_to(std::string(100, '\0')) == "what came is no TLS");
}

BOOST_AUTO_TEST_CASE(garbage_in_records_ends_the_handshake) {
  for (unsigned seed = 1; seed < 200; ++seed) {
    std::string bytes = {'\x16', '\x03', '\x01', '\x01', '\x2c'};
    unsigned state = seed;
    for (int i = 0; i < 300; ++i) {
      state = state * 1'103'515'245U + 12'345U;
      bytes.push_back(static_cast<char>(state >> 16U));
    }
    bytes[5] = '\x01';
    bytes[6] = 0;
    bytes[7] = 0;
    BOOST_TEST(!answer_to(bytes + bytes).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_handshake_without_end_is_too_long) {
  testing::MemoryLoop loop;
  auto [transport, peer] = loop.transport_and_peer();
  End end;
  end.begin(must(server()->wrap(std::move(transport), loop, {})));
  // A ClientHello of 130,000 bytes in records that hold nothing but a part of it each.
  std::string record = {'\x16', '\x03', '\x01', '\x00', '\x01', '\x00'};
  std::string hello = {'\x01', '\x01', '\xfb', '\xd0'};
  for (std::size_t i = 0; i < 130'000 && !end.closed; ++i) {
    record.back() = i < hello.size() ? hello[i] : '\0';
    peer.send(record);
    if (i % 1000 == 0) loop.run_ready();
  }
  loop.run_ready();
  BOOST_TEST(end.closed);
  BOOST_TEST(end.transport->failure() == "the handshake is too long");
}

BOOST_AUTO_TEST_SUITE_END()
