// What a server's and a client's SSL_CTX have in common. Layer: tls, private.
#pragma once

#include <string>
#include <vector>

#include "tls/pem.hpp"
#include "tls/tls_transport.hpp"
#include "weir/core/error.hpp"

namespace weir::tls {

/// How a peer's certificate is looked at. Outlives the contexts that use it.
struct Trust {
  std::vector<std::string> pins{};  // in the form of normal_pin()
  bool chain = true;                // it must be signed by somebody trusted
};

/// With everything refused that nobody needs.
[[nodiscard]] Result<SslContextPtr> make_context(Role role, TlsVersion least,
                                                 const std::string& ciphers);

/// The certificate that it shows. `pair` keeps its own references.
[[nodiscard]] Status use(SSL_CTX& context, const KeyPair& pair);

/// Adds those who are trusted.
[[nodiscard]] Status trust(SSL_CTX& context, const std::vector<X509Ptr>& authorities);

/// Verifies peers as `trust` says, and leaves the reason of a refusal in their Wires.
void verify_with(SSL_CTX& context, const Trust& trust, int mode);

/// "\x02h2": the form of RFC 7301. The error names one that is empty or too long.
[[nodiscard]] Result<std::string> wire_protocols(const std::vector<std::string>& protocols);

}  // namespace weir::tls
