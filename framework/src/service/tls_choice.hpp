// tls_choice: an endpoint and what it was given for TLS must agree. Layer: service, private.
#pragma once

#include <cerrno>

#include "weir/core/endpoint.hpp"
#include "weir/io/transport_filter.hpp"

namespace weir {

/// `needed` names what is missing where `endpoint` is tls:// and `tls` is not there.
inline Status check_tls(const Endpoint& endpoint, const TransportFilterPtr& tls,
                        const char* needed) {
  if (endpoint.is_tls() && tls == nullptr) return Error{needed, EINVAL};
  if (!endpoint.is_tls() && tls != nullptr) return Error{"only tls:// has TLS", EINVAL};
  return {};
}

}  // namespace weir
