// The code of docs/tls.md. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include "weir/tls/tls.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "weir/framing/line.hpp"
#include "weir/service/client.hpp"
#include "weir/service/server.hpp"

namespace {

// [serve
int serve() {
  weir::TlsServerOptions options;
  options.certificates.push_back({.chain_file = "chain.pem", .key_file = "key.pem"});
  const auto tls = weir::tls_server(options).value();

  weir::Server server({.on_hangup = [tls] {
    const weir::Status reloaded = tls->reload();
    if (!reloaded.ok()) std::cerr << reloaded.error().message << '\n';
  }});
  server.listen("tls://0.0.0.0:7443", weir::lines(), [](std::string_view line) { return line; }, {},
                {.tls = tls});
  return server.run();
}
// ]

// [connect
std::string ask(std::string_view endpoint) {
  weir::ClientOptions options;
  options.tls = weir::tls_client({.ca_file = "authority.pem"}).value();
  weir::Client client(endpoint, weir::lines(), options);
  const weir::Result<std::string> answer = client.call("hello");
  return answer.ok() ? answer.value() : answer.error().message;
}
// ]

// [pinned
weir::TransportFilterPtr only_this_key(const std::string& pin) {
  return weir::tls_client({.pins = {pin}, .insecure = true}).value();
}
// ]

// [clients
weir::Result<std::shared_ptr<const weir::TlsServer>> for_known_clients() {
  weir::TlsServerOptions options;
  options.certificates.push_back({.chain_file = "chain.pem", .key_file = "key.pem"});
  options.client_certificates = weir::ClientCertificates::require;
  options.client_ca_file = "clients.pem";
  return weir::tls_server(options);
}

std::string greet(std::string_view line, weir::Session& session) {
  return session.security()->peer_name + " says " + std::string(line);
}
// ]

}  // namespace

BOOST_AUTO_TEST_CASE(the_guide_to_tls_serves_and_asks) {
  const auto own = weir::self_signed();
  BOOST_REQUIRE(own.ok());
  const auto tls = weir::tls_server({.certificates = {own.value().certificate}}).value();
  weir::Server server;
  const auto bound = server.listen("tls://127.0.0.1:0", weir::lines(),
                                   [](std::string_view line) { return line; }, {}, {.tls = tls});
  BOOST_REQUIRE(server.start().ok());

  weir::ClientOptions options;
  options.tls = only_this_key(own.value().pin);
  weir::Client client(bound.value().to_string(), weir::lines(), options);
  BOOST_TEST(client.call("hello").value() == "hello");

  // Without the files of the guide, its functions say which one is missing.
  BOOST_CHECK_THROW(serve(), std::runtime_error);
  BOOST_CHECK_THROW(ask("tls://127.0.0.1:1"), std::runtime_error);
  BOOST_TEST(for_known_clients().error().message ==
             "cannot read the certificate chain.pem: No such file or directory");
  static_cast<void>(greet);
}
