// The flags of TLS: a server's, with its certificates, and a client's, with those it trusts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/flags.hpp"
#include "weir/core/log.hpp"
#include "weir/io/transport_filter.hpp"

namespace weir {
class TlsServer;
}

namespace weir::app {

/// False also for what is no endpoint.
[[nodiscard]] bool is_tls(const std::string& endpoint);

/// --tls-cert, --tls-key, --tls-self-signed, --tls-client-ca. Outlives its flags.
class TlsServerFlags {
 public:
  [[nodiscard]] std::vector<Flag> flags();

  /// Once the flags are taken: reads the files. `endpoints` are those that are listened on; an
  /// error is a wrong flag.
  [[nodiscard]] Status finish(const std::vector<std::string>& endpoints);
  /// For tls:// endpoints; nullptr where there are none.
  [[nodiscard]] TransportFilterPtr filter() const;
  /// There are files, which may change.
  [[nodiscard]] bool reloadable() const { return server_ != nullptr && !self_signed_; }
  /// Reads them again, and logs how that went. On any thread.
  void reload(const Log& log) const;
  /// Of a self-signed certificate: what a client's --tls-pin takes. Else empty.
  [[nodiscard]] const std::string& pin() const { return pin_; }

 private:
  [[nodiscard]] bool given() const;

  std::vector<std::string> chains_;
  std::vector<std::string> keys_;
  std::string client_ca_;
  bool self_signed_ = false;
  std::string pin_;
  std::shared_ptr<const TlsServer> server_;
};

/// --tls-ca, --tls-pin, --tls-insecure. Outlives its flags.
class TlsClientFlags {
 public:
  [[nodiscard]] std::vector<Flag> flags();
  /// Once the flags are taken: for `endpoint`, nullptr where that is not tls://. An error is a
  /// wrong flag.
  [[nodiscard]] Result<TransportFilterPtr> filter(const std::string& endpoint) const;

 private:
  std::string ca_;
  std::vector<std::string> pins_;
  bool insecure_ = false;
};

}  // namespace weir::app
