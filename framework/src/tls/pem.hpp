// Certificates and keys out of files and memory, with errors that a person can act on.
// Layer: tls, private.
#pragma once

#include <string>
#include <vector>

#include "tls/openssl.hpp"
#include "weir/core/error.hpp"
#include "weir/tls/tls.hpp"

namespace weir::tls {

struct KeyPair {
  std::vector<X509Ptr> chain;  // its own certificate first
  KeyPtr key;
  std::string name;  // for errors: the file, or "certificate in memory"
};

/// Both parts are there, and the key is the certificate's.
[[nodiscard]] Result<KeyPair> load(const TlsCertificate& certificate);

/// The certificates of authorities, from `file` and `pem`; one of them may be empty.
[[nodiscard]] Result<std::vector<X509Ptr>> load_authorities(const std::string& file,
                                                            const std::string& pem);

}  // namespace weir::tls
