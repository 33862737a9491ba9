// What went wrong between two ends of TLS, in words. Layer: tls, private.
#pragma once

#include <string>

#include "tls/openssl.hpp"

namespace weir::tls {

/// Of the first mistake in OpenSSL's queue of this thread, which is empty then. `refusal` is why
/// the peer's certificate was refused, if it was.
[[nodiscard]] std::string describe_failure(bool server, const std::string& refusal);

/// Why `store` did not verify what it was given for `host` (empty: for nobody in particular).
[[nodiscard]] std::string describe_refusal(X509_STORE_CTX& store, const std::string& host);

}  // namespace weir::tls
