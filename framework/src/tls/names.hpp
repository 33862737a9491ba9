// Who a certificate is for. Layer: tls, private.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tls/openssl.hpp"

namespace weir::tls {

/// The host names and addresses it is good for (its subject's where it has none), in lower case.
/// What no terminal shows is left out.
[[nodiscard]] std::vector<std::string> host_names(const X509& certificate);

/// The first name, URI or mail address; else the subject's. Empty where there is none.
[[nodiscard]] std::string owner_name(const X509& certificate);

/// SHA-256 of its public key (SubjectPublicKeyInfo), in lower-case hexadecimal.
[[nodiscard]] std::string pin_of(const X509& certificate);

/// "AB:cd" -> "abcd"; empty when it is no SHA-256.
[[nodiscard]] std::string normal_pin(std::string_view text);

/// Finds by a name that a client asks for: that name, or its wildcard (RFC 6125 section 6.4.3).
class NameTable {
 public:
  /// The first one that has a name keeps it.
  void add(const std::vector<std::string>& names, std::size_t value);
  [[nodiscard]] std::size_t find(std::string_view name, std::size_t fallback) const;

 private:
  std::unordered_map<std::string, std::size_t> values_;
};

}  // namespace weir::tls
