// TLS for servers and clients: what ListenerOptions::tls and ClientOptions::tls are given.
// Layer: tls. An opt-in header: who includes it links weir::tls, which brings in OpenSSL.
//
//     auto tls = weir::tls_server({.certificates = {{"chain.pem", "key.pem"}}});
//     server.listen("tls://0.0.0.0:7443", weir::lines(), handler, {}, {.tls = tls.take()});
//
// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption; no renegotiation, no
// compression, no early data. It works over every backend, and over a MemoryLoop.
// Threads: the objects made here are safe on all threads, all at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/core/time.hpp"
#include "weir/io/transport_filter.hpp"

namespace weir {

/// A certificate and its key, PEM: from files, or from memory where there is no file. The chain
/// begins with the server's own certificate. A key with a password is refused.
struct TlsCertificate {
  std::string chain_file{};
  std::string key_file{};
  std::string chain_pem{};
  std::string key_pem{};
};

enum class TlsVersion : std::uint8_t { tls12, tls13 };

/// Must a client show who it is? One that cannot be verified is always refused.
enum class ClientCertificates : std::uint8_t { none, ask, require };

struct TlsServerOptions {
  /// At least one. The name that a client asks for (SNI) chooses: the same name before a wildcard,
  /// else the first one. Two for the same names with keys of different kinds (EC, RSA) serve
  /// together: the client's abilities choose.
  std::vector<TlsCertificate> certificates{};
  /// The protocols spoken here, the preferred one first (ALPN, RFC 7301). A client that knows none
  /// of them is refused; one that does not ask is not.
  std::vector<std::string> alpn{};
  ClientCertificates client_certificates = ClientCertificates::none;
  /// Who may have signed clients' certificates: a file, or PEM.
  std::string client_ca_file{};
  std::string client_ca_pem{};
  TlsVersion min_version = TlsVersion::tls12;
  /// Of TLS 1.2, in OpenSSL's form. Empty is ECDHE with AES-GCM or ChaCha20.
  std::string ciphers{};
  /// Clients that come back resume their session, by tickets whose key is changed so often and
  /// forgotten after twice the time. 0: none does.
  Duration ticket_lifetime = std::chrono::hours(1);
  /// A client whose first byte begins no handshake of TLS is served in plain text, and its
  /// Session::security() is nullptr: one port for both. Who listens decides what such a client may;
  /// anybody on the way can make a client believe that there is no TLS. A client that waits for the
  /// server to speak first ends at the handshake deadline.
  bool or_plain = false;
};

/// One for a listener, or for several.
class TlsServer : public TransportFilter {
 public:
  /// Reads the same files again, for connections from now on; the others go on as they are. An
  /// error changes nothing.
  virtual Status reload() const = 0;
  /// The same with other options; what TlsServerOptions::ticket_lifetime says stays.
  virtual Status reload(TlsServerOptions options) const = 0;
};

/// The error names the file and what is wrong with it.
[[nodiscard]] Result<std::shared_ptr<const TlsServer>> tls_server(TlsServerOptions options);

struct TlsClientOptions {
  /// Who may have signed the server's certificate: a file, PEM, or both; with neither, the
  /// system's authorities.
  std::string ca_file{};
  std::string ca_pem{};
  /// SHA-256 of public keys (SubjectPublicKeyInfo), in hexadecimal, with or without colons: one of
  /// them must be in the verified chain.
  std::vector<std::string> pins{};
  /// For a server that asks who the client is.
  TlsCertificate certificate{};
  std::vector<std::string> alpn{};
  /// The name that is asked for and verified, instead of the endpoint's host.
  std::string server_name{};
  /// Verifies neither chain nor name: whoever sits on the way may read and change everything. With
  /// `pins`, the server's own key must be one of them, and that alone is verified.
  bool insecure = false;
  TlsVersion min_version = TlsVersion::tls12;
  std::string ciphers{};
  /// Come back with what an earlier connection left (a session for each server, 64 at most).
  bool resume = true;
};

/// The error names the file and what is wrong with it.
[[nodiscard]] Result<TransportFilterPtr> tls_client(TlsClientOptions options);

struct SelfSigned {
  TlsCertificate certificate;  // in memory
  std::string pin;             // for TlsClientOptions::pins
};

/// A new certificate for development, signed by itself: P-256, 90 days, for localhost, 127.0.0.1,
/// ::1, and `names`, host names or IP addresses.
[[nodiscard]] Result<SelfSigned> self_signed(const std::vector<std::string>& names = {});

}  // namespace weir
