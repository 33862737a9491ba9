// Coming back with a session, and new certificates while others are served.
#include <boost/test/unit_test.hpp>

#include "tls/ticket_keys.hpp"
#include "unit/tls/pair.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

/// A connection of `client` that ends well; was it resumed?
bool resumes(const TransportFilterPtr& server, const TransportFilterPtr& client,
             std::string_view host = "server.example") {
  Pair pair(server, client, host);
  BOOST_REQUIRE(pair.client.ready);
  pair.server.send("x");
  pair.loop.run_ready();
  BOOST_TEST(pair.client.take() == "x");
  const bool resumed = pair.seen_by_client().resumed;
  BOOST_TEST(pair.seen_by_server().resumed == resumed);
  return resumed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_sessions)

BOOST_AUTO_TEST_CASE(a_client_resumes_its_session) {
  // In memory every connection has a port of its own; a name for all makes them one server.
  const auto server = must(tls_server(server_options()));
  const auto client = must(tls_client(client_options()));
  BOOST_TEST(!resumes(server, client));
  BOOST_TEST(resumes(server, client));
  BOOST_TEST(resumes(server, client));
  BOOST_TEST(!resumes(server, client, "127.0.0.1"));  // another name is another server
}

BOOST_AUTO_TEST_CASE(who_wants_no_resumption_gets_none) {
  auto served = server_options();
  served.ticket_lifetime = 0s;
  const auto client = must(tls_client(client_options()));
  const auto strict = must(tls_server(served));
  BOOST_TEST(!resumes(strict, client));
  BOOST_TEST(!resumes(strict, client));
  const auto server = must(tls_server(server_options()));
  auto asked = client_options();
  asked.resume = false;
  const auto forgetful = must(tls_client(asked));
  BOOST_TEST(!resumes(server, forgetful));
  BOOST_TEST(!resumes(server, forgetful));
}

BOOST_AUTO_TEST_CASE(a_verified_client_keeps_its_name_when_it_comes_back) {
  auto served = server_options();
  served.client_certificates = ClientCertificates::require;
  served.client_ca_pem = world().authority.chain_pem;
  const auto server = must(tls_server(served));
  auto asked = client_options();
  asked.certificate = world().client;
  const auto client = must(tls_client(asked));
  BOOST_TEST(!resumes(server, client));
  const Pair again(server, client);
  BOOST_TEST(again.seen_by_server().resumed);
  BOOST_TEST(again.seen_by_server().peer_name == "weir:client");
}

BOOST_AUTO_TEST_CASE(a_session_does_not_outlive_the_authority_that_let_it_in) {
  auto served = server_options();
  served.client_certificates = ClientCertificates::ask;
  served.client_ca_pem = world().authority.chain_pem;
  const auto server = must(tls_server(served));
  const auto client = must(tls_client(client_options()));
  BOOST_TEST(!resumes(server, client));
  served.client_ca_pem = world().other_authority.chain_pem;
  BOOST_REQUIRE(server->reload(served).ok());
  BOOST_TEST(!resumes(server, client));
}

BOOST_AUTO_TEST_CASE(keys_of_tickets_are_rotated_and_forgotten) {
  tls::TicketKeys keys(10s);
  const TimePoint begin{};
  const auto first = keys.sealing(begin);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST((keys.sealing(begin + 9s)->name == first->name));
  BOOST_TEST((keys.sealing(begin + 10s)->name != first->name));
  BOOST_TEST(keys.opening(first->name, begin + 19s).has_value());
  BOOST_TEST(!keys.opening(first->name, begin + 20s).has_value());
  const auto second = keys.sealing(begin + 19s);
  BOOST_TEST(!keys.opening(second->name, begin + 60s).has_value());
}

BOOST_AUTO_TEST_CASE(a_reload_is_for_new_connections_and_drops_none) {
  const auto server = must(tls_server(server_options()));
  const auto client = must(tls_client({.insecure = true, .resume = false}));
  Pair before(server, client);
  const SelfSigned fresh = must(self_signed());
  BOOST_REQUIRE(server->reload({.certificates = {fresh.certificate}}).ok());
  const Pair after(server, must(tls_client({.ca_pem = fresh.certificate.chain_pem})), "localhost");
  BOOST_TEST(after.client.ready);
  before.client.send("still here");
  before.loop.run_ready();
  BOOST_TEST(before.server.take() == "still here");
}

BOOST_AUTO_TEST_CASE(a_reload_that_fails_changes_nothing) {
  const auto server = must(tls_server(server_options()));
  BOOST_TEST(!server->reload({}).ok());
  BOOST_TEST(server->reload().ok());
  BOOST_TEST(Pair(server, must(tls_client(client_options()))).client.ready);
}

BOOST_AUTO_TEST_SUITE_END()
