// Who is trusted, which certificate is shown, and what a person reads when it is not so.
#include <boost/test/unit_test.hpp>

#include "tls/names.hpp"
#include "tls/pem.hpp"
#include "unit/tls/pair.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// The texts with which a handshake fails, the client's first.
std::pair<std::string, std::string> failures(const TlsServerOptions& served,
                                             const TlsClientOptions& asked,
                                             std::string_view host = "server.example") {
  Pair pair(served, asked, host);
  // A client of TLS 1.3 has finished before the server looks at its certificate.
  BOOST_TEST((pair.client.closed || pair.server.closed));
  if (pair.server.closed) BOOST_TEST(!pair.server.ready);
  return {pair.client.transport->failure(), pair.server.transport->failure()};
}

std::string refusal(const CertificateRequest& request, std::string_view host = "server.example") {
  return failures({.certificates = {world().issue(request)}}, client_options(), host).first;
}

TlsServerOptions asking(ClientCertificates how) {
  auto options = server_options();
  options.client_certificates = how;
  options.client_ca_pem = world().authority.chain_pem;
  return options;
}

std::string error_of(const TlsServerOptions& options) {
  const auto made = tls_server(options);
  return made.ok() ? "" : made.error().message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_certificates)

BOOST_AUTO_TEST_CASE(the_name_that_is_asked_for_chooses_the_certificate) {
  const TlsServerOptions served{
      .certificates = {world().server, world().issue({.names = {"a.example", "shared.example"}}),
                       world().issue({.names = {"*.wild.example", "shared.example"}}),
                       world().issue({.names = {"one.wild.example"}})}};
  const auto server = must(tls_server(served));
  const auto shown = [&](std::string_view host) {
    Pair pair(server, must(tls_client({.insecure = true})), host);
    BOOST_TEST(pair.seen_by_server().server_name == host);
    BOOST_TEST(pair.seen_by_client().peer_name.empty());  // nothing was verified
    const Pair strict(server, must(tls_client(client_options())), host);
    return strict.client.ready;
  };
  for (const auto* host : {"server.example", "a.example", "A.EXAMPLE", "shared.example",
                           "x.wild.example", "one.wild.example"}) {
    BOOST_TEST_CONTEXT(host) { BOOST_TEST(shown(host)); }
  }
  BOOST_TEST(!shown("x.y.wild.example"));
  BOOST_TEST(!shown("wild.example"));
  BOOST_TEST(!shown("unknown.example"));
}

BOOST_AUTO_TEST_CASE(the_better_match_wins_and_the_first_one_is_for_all_others) {
  tls::NameTable table;
  table.add({"*.example", "one.example"}, 1);
  table.add({"one.example", "two.example"}, 2);
  BOOST_TEST(table.find("one.example", 0) == 1U);
  BOOST_TEST(table.find("two.example", 0) == 2U);
  BOOST_TEST(table.find("Three.Example.", 0) == 1U);
  BOOST_TEST(table.find("a.three.example", 0) == 0U);
  BOOST_TEST(table.find("example", 0) == 0U);
  BOOST_TEST(table.find("", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(an_address_is_verified_as_an_address) {
  const Pair pair(server_options(), client_options(), "127.0.0.1");
  BOOST_TEST(pair.client.ready);
  BOOST_TEST(pair.seen_by_server().server_name.empty());
  BOOST_TEST(failures(server_options(), client_options(), "127.0.0.2").first ==
             "the certificate is for server.example, 127.0.0.1, not for 127.0.0.2");
}

BOOST_AUTO_TEST_CASE(the_name_to_verify_may_be_another_than_the_endpoints) {
  auto asked = client_options();
  asked.server_name = "server.example.";
  const Pair pair(server_options(), asked, "10.1.2.3");
  BOOST_TEST(pair.client.ready);
  BOOST_TEST(pair.seen_by_server().server_name == "server.example");
}

BOOST_AUTO_TEST_CASE(a_client_says_what_is_wrong_with_a_certificate) {
  using std::chrono::hours;
  BOOST_TEST(refusal({.names = {"a.example", "b.example", "c.example", "d.example"}}) ==
             "the certificate is for a.example, b.example, c.example, ..., not for server.example");
  const std::string expired = refusal(
      {.subject = "old", .names = {"server.example"}, .from = hours(-48), .to = hours(-24)});
  BOOST_TEST(expired.starts_with("the certificate of \"server.example\" expired at 2"));
  BOOST_TEST(expired.ends_with(" UTC"));
  const std::string early =
      refusal({.subject = "new", .names = {"server.example"}, .from = hours(24), .to = hours(48)});
  BOOST_TEST(early.starts_with("the certificate of \"server.example\" is not valid before 2"));
  const auto [client, server] =
      failures(server_options(), {.ca_pem = world().other_authority.chain_pem});
  BOOST_TEST(client ==
             "the certificate of \"server.example\" is signed by nobody who is trusted here");
  BOOST_TEST(server == "the peer ended TLS with the alert \"unknown CA\"");
  const SelfSigned own = must(self_signed());
  BOOST_TEST(failures({.certificates = {own.certificate}}, client_options(), "localhost").first ==
             "the certificate of \"localhost\" is signed by itself, and not trusted here");
}

BOOST_AUTO_TEST_CASE(whoever_wants_no_verification_gets_none) {
  const SelfSigned own = must(self_signed());
  const Pair pair({.certificates = {own.certificate}}, {.insecure = true}, "anything");
  BOOST_TEST(pair.client.ready);
}

BOOST_AUTO_TEST_CASE(a_self_signed_certificate_is_for_this_machine_and_the_names_given) {
  const SelfSigned own = must(self_signed({"dev.example", "10.0.0.7"}));
  for (const auto* host : {"localhost", "127.0.0.1", "::1", "dev.example", "10.0.0.7"}) {
    const Pair pair({.certificates = {own.certificate}}, {.ca_pem = own.certificate.chain_pem},
                    host);
    BOOST_TEST(pair.client.ready);
  }
  BOOST_TEST(self_signed({"a,DNS:b"}).error().message == "'a,DNS:b' is no host name");
}

BOOST_AUTO_TEST_CASE(a_pin_must_be_in_the_chain) {
  const SelfSigned own = must(self_signed());
  const TlsServerOptions served{.certificates = {own.certificate}};
  std::string pin = own.pin;
  BOOST_TEST(pin.size() == 64U);
  const Pair alone(served, {.pins = {std::string(64, '0'), pin}, .insecure = true}, "anything");
  BOOST_TEST(alone.client.ready);
  auto with_chain = TlsClientOptions{.ca_pem = own.certificate.chain_pem, .pins = {pin}};
  BOOST_TEST(Pair(served, with_chain, "localhost").client.ready);
  BOOST_TEST(!Pair(served, with_chain, "other.example").client.ready);
  pin[0] = pin[0] == '0' ? '1' : '0';
  BOOST_TEST(failures(served, {.pins = {pin}, .insecure = true}, "anything").first ==
             "the server has none of the keys that were pinned");
  with_chain.pins = {pin};
  BOOST_TEST(failures(served, with_chain, "localhost").first ==
             "the server has none of the keys that were pinned");
  BOOST_TEST(tls_client({.pins = {"abc"}}).error().message ==
             "the pin 'abc' is no SHA-256: 64 hexadecimal digits");
}

BOOST_AUTO_TEST_CASE(an_authoritys_pin_counts_only_in_a_verified_chain) {
  auto served = server_options();
  served.certificates[0].chain_pem += world().authority.chain_pem;
  const auto loaded = must(tls::load(world().authority));
  auto asked = client_options();
  asked.pins.push_back(tls::pin_of(*loaded.chain.front()));
  BOOST_TEST(Pair(served, asked).client.ready);
  asked.insecure = true;
  BOOST_TEST(!Pair(served, asked).client.ready);
}

BOOST_AUTO_TEST_CASE(a_client_shows_who_it_is_where_that_is_required) {
  auto asked = client_options();
  asked.certificate = world().client;
  for (const auto how : {ClientCertificates::ask, ClientCertificates::require}) {
    const Pair pair(asking(how), asked);
    BOOST_TEST(pair.seen_by_server().peer_name == "weir:client");
  }
  const Pair nobody(asking(ClientCertificates::ask), client_options());
  BOOST_TEST(nobody.seen_by_server().peer_name.empty());
  // Nobody asks, nobody knows.
  const Pair unasked(server_options(), asked);
  BOOST_TEST(unasked.seen_by_server().peer_name.empty());
}

BOOST_AUTO_TEST_CASE(a_client_without_the_right_certificate_is_refused) {
  const auto [client, server] = failures(asking(ClientCertificates::require), client_options());
  BOOST_TEST(server == "the client has no certificate, and one is required");
  BOOST_TEST(client == "the peer ended TLS with the alert \"certificate required\"");
  auto stranger = client_options();
  CertificateRequest request{.subject = "stranger", .names = {"s.example"}};
  request.issuer = &world().other_authority;
  stranger.certificate = make(request);
  for (const auto how : {ClientCertificates::ask, ClientCertificates::require}) {
    BOOST_TEST(failures(asking(how), stranger).second ==
               "the certificate of \"s.example\" is signed by nobody who is trusted here");
  }
}

BOOST_AUTO_TEST_CASE(the_servers_preferred_protocol_is_spoken) {
  auto served = server_options();
  served.alpn = {"weir/2", "weir/1"};
  auto asked = client_options();
  asked.alpn = {"weir/1", "weir/2"};
  const Pair pair(served, asked);
  BOOST_TEST(pair.seen_by_server().protocol == "weir/2");
  BOOST_TEST(pair.seen_by_client().protocol == "weir/2");
  const Pair indifferent(served, client_options());
  BOOST_TEST(indifferent.seen_by_server().protocol.empty());
  asked.alpn = {"http/1.1"};
  const auto [client, server] = failures(served, asked);
  BOOST_TEST(server == "the peer knows no protocol that is spoken here (ALPN)");
  BOOST_TEST(client == "the peer ended TLS with the alert \"no application protocol\"");
  served.alpn = {""};
  BOOST_TEST(error_of(served) == "the protocol '' has no length from 1 to 255");
}

BOOST_AUTO_TEST_CASE(wrong_options_are_explained) {
  BOOST_TEST(error_of({}) == "a server of TLS needs a certificate");
  BOOST_TEST(error_of({.certificates = {{.chain_file = "/nowhere/c.pem"}}}) ==
             "cannot read the certificate /nowhere/c.pem: No such file or directory");
  BOOST_TEST(error_of({.certificates = {{.chain_pem = "hello"}}}) ==
             "the certificate in memory has no certificate: PEM is expected");
  const std::string& chain = world().server.chain_pem;
  BOOST_TEST(error_of({.certificates = {{.key_file = "/nowhere/k.pem", .chain_pem = chain}}}) ==
             "cannot read the key /nowhere/k.pem: No such file or directory");
  BOOST_TEST(
      error_of({.certificates = {{.chain_pem = chain, .key_pem = world().client.key_pem}}}) ==
      "the key in memory does not belong to the certificate in memory");
  BOOST_TEST(error_of({.certificates = {{.chain_pem = chain, .key_pem = chain}}})
                 .starts_with("the key in memory has no private key: "));
  std::string cut = chain;
  cut.resize(cut.size() / 2);
  BOOST_TEST(error_of({.certificates = {{.chain_pem = chain + cut}}})
                 .starts_with("the certificate in memory is broken: "));
  auto options = server_options();
  options.ciphers = "ROT13";
  BOOST_TEST(error_of(options) == "ciphers 'ROT13': none of them is known, see openssl ciphers");
  options = server_options();
  options.client_certificates = ClientCertificates::ask;
  BOOST_TEST(error_of(options) ==
             "to ask for clients' certificates needs client_ca_file or client_ca_pem");
  options = server_options();
  options.client_ca_pem = chain;
  BOOST_TEST(error_of(options) == "client_ca_file is for client_certificates = ask or require");
  testing::MemoryLoop loop;
  auto [near, far] = loop.transport_pair();
  const auto client = must(tls_client(client_options()));
  BOOST_TEST(client->wrap(std::move(near), loop, "").error().message ==
             "TLS needs the server's name: TlsClientOptions::server_name");
}

BOOST_AUTO_TEST_SUITE_END()
