// Two ends of TLS in memory, and the certificates for them.
//
//     Pair pair;                                 // has agreed
//     pair.client.send("hello");
//     pair.loop.run_ready();
//     BOOST_TEST(pair.server.take() == "hello");
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "tls/make_certificate.hpp"
#include "weir/testing/memory_loop.hpp"
#include "weir/tls/tls.hpp"

namespace weir::test {

using tls::CertificateRequest;

/// A certificate in memory.
inline TlsCertificate make(const CertificateRequest& request) {
  auto made = tls::make_certificate(request);
  BOOST_REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
  return made.take();
}

/// An authority, and what it signed. One for all tests: keys cost time.
struct World {
  TlsCertificate authority = make({.subject = "the authority", .authority = true});
  TlsCertificate other_authority = make({.subject = "another authority", .authority = true});
  TlsCertificate server = issue({.subject = "server", .names = {"server.example", "127.0.0.1"}});
  TlsCertificate client = issue({.subject = "client", .names = {"URI:weir:client", "c.example"}});

  [[nodiscard]] TlsCertificate issue(CertificateRequest request) const {
    request.issuer = &authority;
    return make(request);
  }
};
inline const World& world() {
  static const World one;
  return one;
}

inline TlsServerOptions server_options() { return {.certificates = {world().server}}; }
inline TlsClientOptions client_options() { return {.ca_pem = world().authority.chain_pem}; }

template <class T>
T must(Result<T> result) {
  BOOST_REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
  return result.take();
}

/// The Sink of one end, and the program behind it: it holds what the transport did not take.
class End final : public Sink {
 public:
  void begin(TransportPtr made) {
    transport = std::move(made);
    transport->start(*this);
  }
  void send(std::string_view bytes) {
    waiting_.append(bytes);
    write();
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  std::string take() { return std::exchange(in, {}); }

  TransportPtr transport;
  std::string in;
  std::size_t longest = 0;  // bytes of one on_bytes
  bool pauses = false;      // after each on_bytes
  bool ready = false;
  bool ended = false;
  bool closed = false;
  int error = 0;

 private:
  void on_ready() override {
    ready = true;
    if (!waiting_.empty()) write();  // before, nothing was taken
  }
  void on_bytes(std::string_view bytes) override {
    BOOST_TEST(!closed);
    BOOST_TEST(!ended);
    in.append(bytes);
    longest = std::max(longest, bytes.size());
    if (pauses) transport->pause_reading();
  }
  void on_end() override {
    BOOST_TEST(!ended);
    ended = true;
  }
  void on_writable() override { write(); }
  void on_closed(int why) override {
    BOOST_TEST(!closed);
    closed = true;
    error = why;
  }
  void write() {
    const std::string_view all = waiting_;
    const std::string_view pieces[] = {all.substr(0, all.size() / 3), all.substr(all.size() / 3)};
    waiting_.erase(0, transport->write(pieces));
  }

  std::string waiting_;
};

struct Pair {
  explicit Pair(const TlsServerOptions& served = server_options(),
                const TlsClientOptions& asked = client_options(),
                std::string_view host = "server.example", testing::Faults faults = {})
      : Pair(must(tls_server(served)), must(tls_client(asked)), host, faults) {}
  Pair(const TransportFilterPtr& served, const TransportFilterPtr& asked,
       std::string_view host = "server.example", testing::Faults faults = {})
      : loop(faults) {
    auto [near, far] = loop.transport_pair();
    server.begin(must(served->wrap(std::move(far), loop, {})));
    client.begin(must(asked->wrap(std::move(near), loop, host)));
    loop.run_ready();
  }

  [[nodiscard]] const TransportSecurity& seen_by_server() const {
    BOOST_REQUIRE(server.transport->security() != nullptr);
    return *server.transport->security();
  }
  [[nodiscard]] const TransportSecurity& seen_by_client() const {
    BOOST_REQUIRE(client.transport->security() != nullptr);
    return *client.transport->security();
  }

  testing::MemoryLoop loop;
  End client;
  End server;
};

/// Bytes that differ from place to place.
inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + (i >> 8U) * 7);
  return bytes;
}

}  // namespace weir::test
