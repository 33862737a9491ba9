// Makes certificates: the one for development, and all that tests need. Layer: tls, private.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tls/openssl.hpp"
#include "weir/core/error.hpp"
#include "weir/tls/tls.hpp"

namespace weir::tls {

struct CertificateRequest {
  std::string subject = "localhost";
  /// Host names and IP addresses; "URI:..." and "email:..." for what is neither.
  std::vector<std::string> names{};
  std::chrono::seconds from = std::chrono::hours(-1);  // relative to now
  std::chrono::seconds to = std::chrono::hours(90 * 24);
  bool authority = false;
  bool rsa = false;                        // instead of P-256
  const TlsCertificate* issuer = nullptr;  // in memory; nullptr: it signs itself
};

/// In memory; its chain is itself alone.
[[nodiscard]] Result<TlsCertificate> make_certificate(const CertificateRequest& request);

}  // namespace weir::tls
