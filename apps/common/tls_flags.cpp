#include "common/tls_flags.hpp"

#include "weir/core/endpoint.hpp"
#include "weir/tls/tls.hpp"

namespace weir::app {

bool is_tls(const std::string& endpoint) {
  const auto parsed = Endpoint::parse(endpoint);
  return parsed.ok() && parsed.value().is_tls();
}

namespace {

/// A Flag::take that appends the value, if there is one.
auto append_to(std::vector<std::string>& values) {
  return [&values](std::string_view value) -> Status {
    if (!value.empty()) values.emplace_back(value);
    return {};
  };
}

auto keep_in(std::string& text) {
  return [&text](std::string_view value) -> Status {
    text = value;
    return {};
  };
}

}  // namespace

// --- a server's --------------------------------------------------------------------------------

std::vector<Flag> TlsServerFlags::flags() {
  std::vector<Flag> list;
  list.push_back({"--tls-cert", "FILE", "certificate chain for tls://, PEM; one a name", "",
                  append_to(chains_), true});
  list.push_back({"--tls-key", "FILE", "the key of each --tls-cert, in their order; SIGHUP reloads",
                  "", append_to(keys_), true});
  list.push_back(
      switch_flag("--tls-self-signed", "a certificate made now, for development", self_signed_));
  list.push_back({"--tls-client-ca", "FILE", "clients must show a certificate that it signed", "",
                  keep_in(client_ca_)});
  return list;
}

bool TlsServerFlags::given() const {
  return self_signed_ || !chains_.empty() || !keys_.empty() || !client_ca_.empty();
}

Status TlsServerFlags::finish(const std::vector<std::string>& endpoints) {
  std::string secure;
  for (const std::string& endpoint : endpoints) {
    if (secure.empty() && is_tls(endpoint)) secure = endpoint;
  }
  if (secure.empty()) {
    if (given()) return Error{"the --tls flags are for tls:// endpoints, and --listen has none"};
    return {};
  }
  if (chains_.size() != keys_.size()) {
    return Error{"--tls-cert and --tls-key come in pairs, and there are " +
                 std::to_string(chains_.size()) + " and " + std::to_string(keys_.size())};
  }
  if (self_signed_ != chains_.empty()) {
    return Error{"--listen '" + secure +
                 "': expected either --tls-cert FILE --tls-key FILE, or --tls-self-signed"};
  }
  TlsServerOptions options;
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    options.certificates.push_back({.chain_file = chains_[i], .key_file = keys_[i]});
  }
  if (self_signed_) {
    auto made = weir::self_signed();
    if (!made.ok()) return made.error();
    pin_ = made.value().pin;
    options.certificates.push_back(made.value().certificate);
  }
  if (!client_ca_.empty()) {
    options.client_certificates = ClientCertificates::require;
    options.client_ca_file = client_ca_;
  }
  auto server = tls_server(std::move(options));
  if (!server.ok()) return server.error();
  server_ = server.take();
  return {};
}

TransportFilterPtr TlsServerFlags::filter() const { return server_; }

void TlsServerFlags::reload(const Log& log) const {
  const Status reloaded = server_->reload();
  if (reloaded.ok()) {
    log.write(LogLevel::info, "the certificates are read again");
  } else {
    log.write(LogLevel::error, "the certificates stay as they were: " + reloaded.error().message);
  }
}

// --- a client's --------------------------------------------------------------------------------

std::vector<Flag> TlsClientFlags::flags() {
  std::vector<Flag> list;
  list.push_back(
      {"--tls-ca", "FILE", "who may have signed a tls:// server's certificate", "", keep_in(ca_)});
  list.push_back({"--tls-pin", "HEX", "SHA-256 of a public key that the server must have", "",
                  append_to(pins_), true});
  list.push_back(switch_flag("--tls-insecure", "verify nothing but --tls-pin", insecure_));
  return list;
}

Result<TransportFilterPtr> TlsClientFlags::filter(const std::string& endpoint) const {
  if (!is_tls(endpoint)) {
    if (!insecure_ && ca_.empty() && pins_.empty()) return TransportFilterPtr();
    return Error{"the --tls flags are for tls://, and '" + endpoint + "' is not"};
  }
  return tls_client({.ca_file = ca_, .pins = pins_, .insecure = insecure_});
}

}  // namespace weir::app
