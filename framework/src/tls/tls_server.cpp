// tls_server: the certificates of a listener, and how new ones take their place.
//
//     ReloadableServer --current--> ServerShared <-- transports of its time
//                      --keys-----> TicketKeys, whatever is reloaded
#include <openssl/err.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "tls/context.hpp"
#include "tls/names.hpp"
#include "tls/ticket_keys.hpp"

namespace weir {

namespace tls {

namespace {

/// Never changed once it serves.
struct ServerShared final : Shared {
  std::shared_ptr<TicketKeys> keys;
  Trust trust;
  std::string protocols;
  NameTable names;
  std::vector<SslContextPtr> contexts;  // the first one is the default; after what they point to
};

int choose_certificate(SSL* ssl, int*, void* given) {
  const auto& shared = *static_cast<const ServerShared*>(given);
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const std::size_t chosen = shared.names.find(asked, 0);
  if (chosen != 0) SSL_set_SSL_CTX(ssl, shared.contexts[chosen].get());
  return SSL_TLSEXT_ERR_OK;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* given) {
  const auto& known = static_cast<const ServerShared*>(given)->protocols;
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(known.data()),
                            static_cast<unsigned>(known.size()), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

/// Who may come back with a ticket: whoever the same rules let in.
Status set_session_id(SSL_CTX& context, const TlsServerOptions& options,
                      const std::vector<X509Ptr>& authorities) {
  std::string rules = std::to_string(static_cast<int>(options.client_certificates));
  for (const X509Ptr& authority : authorities) rules += pin_of(*authority);
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_Digest(rules.data(), rules.size(), digest, nullptr, EVP_sha256(), nullptr) != 1 ||
      SSL_CTX_set_session_id_context(&context, digest, SSL_MAX_SID_CTX_LENGTH) != 1) {
    return Error{"cannot use OpenSSL: " + take_error()};
  }
  return {};
}

Status ask_clients(SSL_CTX& context, const ServerShared& shared, const TlsServerOptions& options) {
  auto authorities = load_authorities(options.client_ca_file, options.client_ca_pem);
  if (!authorities.ok()) return authorities.error();
  const bool asks = options.client_certificates != ClientCertificates::none;
  if (asks == authorities.value().empty()) {
    return Error{asks ? "to ask for clients' certificates needs client_ca_file or client_ca_pem"
                      : "client_ca_file is for client_certificates = ask or require"};
  }
  if (Status set = set_session_id(context, options, authorities.value()); !set.ok()) return set;
  if (!asks) return {};
  const bool required = options.client_certificates == ClientCertificates::require;
  verify_with(context, shared.trust,
              SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0));
  for (const X509Ptr& authority : authorities.value()) {
    SSL_CTX_add_client_CA(&context, authority.get());
  }
  return trust(context, authorities.value());
}

Result<SslContextPtr> server_context(ServerShared& shared, const TlsServerOptions& options) {
  auto made = make_context(Role::server, options.min_version, options.ciphers);
  if (!made.ok()) return made;
  SSL_CTX& context = *made.value();
  // What a session needs is in its ticket: nothing is kept here.
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  if (shared.keys->lifetime() > Duration::zero()) {
    shared.keys->use_in(context);
  } else {
    SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(&context, 0);
  }
  SSL_CTX_set_tlsext_servername_callback(&context, choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(&context, &shared);
  if (!shared.protocols.empty()) SSL_CTX_set_alpn_select_cb(&context, choose_protocol, &shared);
  if (Status asked = ask_clients(context, shared, options); !asked.ok()) return asked.error();
  return made;
}

Result<std::shared_ptr<const ServerShared>> make_shared_server(const TlsServerOptions& options,
                                                               std::shared_ptr<TicketKeys> keys) {
  if (options.certificates.empty()) return Error{"a server of TLS needs a certificate"};
  auto shared = std::make_shared<ServerShared>();
  shared->keys = std::move(keys);
  shared->or_plain = options.or_plain;
  auto protocols = wire_protocols(options.alpn);
  if (!protocols.ok()) return protocols.error();
  shared->protocols = protocols.take();
  struct Place {
    std::vector<std::string> names;
    std::vector<int> kinds;  // of keys
  };
  std::vector<Place> places;
  for (const TlsCertificate& certificate : options.certificates) {
    auto pair = load(certificate);
    if (!pair.ok()) return pair.error();
    const std::vector<std::string> names = host_names(*pair.value().chain.front());
    const int kind = EVP_PKEY_get_base_id(pair.value().key.get());
    auto place = std::find_if(places.begin(), places.end(), [&](const Place& other) {
      const auto& kinds = other.kinds;
      return other.names == names && std::find(kinds.begin(), kinds.end(), kind) == kinds.end();
    });
    if (place == places.end()) {
      auto context = server_context(*shared, options);
      if (!context.ok()) return context.error();
      shared->names.add(names, places.size());
      shared->contexts.push_back(context.take());
      place = places.insert(places.end(), Place{names, {}});
    }
    place->kinds.push_back(kind);
    SSL_CTX& context = *shared->contexts[static_cast<std::size_t>(place - places.begin())];
    if (Status used = use(context, pair.value()); !used.ok()) return used.error();
  }
  return std::shared_ptr<const ServerShared>(std::move(shared));
}

class ReloadableServer final : public TlsServer {
 public:
  ReloadableServer(TlsServerOptions options, std::shared_ptr<TicketKeys> keys,
                   std::shared_ptr<const ServerShared> first)
      : keys_(std::move(keys)), options_(std::move(options)), current_(std::move(first)) {}

  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr inner, EventLoop& loop,
                                          std::string_view) const override {
    auto shared = current();
    ERR_clear_error();
    SslPtr ssl(SSL_new(shared->contexts.front().get()));
    if (ssl == nullptr) return Error{"no TLS for it: " + take_error()};
    SSL_set_accept_state(ssl.get());
    return TransportPtr(
        new TlsTransport(std::move(inner), loop, std::move(ssl), std::move(shared), Role::server));
  }

  Status reload() const override {
    const std::lock_guard reloading(reloading_);
    return replace();
  }
  Status reload(TlsServerOptions options) const override {
    const std::lock_guard reloading(reloading_);
    TlsServerOptions before = std::exchange(options_, std::move(options));
    Status replaced = replace();
    if (!replaced.ok()) options_ = std::move(before);
    return replaced;
  }

 private:
  Status replace() const {
    auto made = make_shared_server(options_, keys_);
    if (!made.ok()) return made.error();
    const std::lock_guard lock(mutex_);
    current_ = made.take();
    return {};
  }
  [[nodiscard]] std::shared_ptr<const ServerShared> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  const std::shared_ptr<TicketKeys> keys_;
  mutable std::mutex reloading_;
  mutable TlsServerOptions options_;  // guarded by reloading_
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ServerShared> current_;  // guarded by mutex_
};

}  // namespace

}  // namespace tls

Result<std::shared_ptr<const TlsServer>> tls_server(TlsServerOptions options) {
  auto keys = std::make_shared<tls::TicketKeys>(options.ticket_lifetime);
  auto first = tls::make_shared_server(options, keys);
  if (!first.ok()) return first.error();
  return std::shared_ptr<const TlsServer>(
      std::make_shared<tls::ReloadableServer>(std::move(options), std::move(keys), first.take()));
}

}  // namespace weir
