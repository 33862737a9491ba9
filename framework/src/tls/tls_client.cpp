// tls_client: whom a client trusts, and the sessions that it can come back with.
#include <openssl/err.h>

#include <map>
#include <mutex>
#include <utility>

#include "tls/context.hpp"
#include "tls/names.hpp"
#include "weir/core/endpoint.hpp"

namespace weir {

namespace tls {

namespace {

/// The last session of each server, whose name and address are its key. Threads: any.
class Sessions {
 public:
  static constexpr std::size_t most = 64;

  void keep(const std::string& server, SessionPtr session) {
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= most && !sessions_.contains(server)) sessions_.erase(sessions_.begin());
    sessions_[server] = std::move(session);
  }
  /// A ticket of TLS 1.3 is used once (RFC 8446 appendix C.4): who watches cannot tell that two
  /// connections have one owner.
  [[nodiscard]] SessionPtr take(const std::string& server) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(server);
    if (found == sessions_.end()) return nullptr;
    SessionPtr session = std::move(found->second);
    sessions_.erase(found);
    return session;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, SessionPtr> sessions_;
};

struct ClientShared final : Shared {
  Trust trust;
  mutable Sessions sessions;
  SslContextPtr context;  // after what it points to
};

int on_session(SSL* ssl, SSL_SESSION* session) {
  const auto* shared = static_cast<const ClientShared*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const std::string& server = wires_of(*ssl).session_name;
  if (server.empty()) return 0;
  shared->sessions.keep(server, SessionPtr(session));
  return 1;  // the reference is ours
}

class ClientFilter final : public TransportFilter {
 public:
  ClientFilter(TlsClientOptions options, std::shared_ptr<const ClientShared> shared)
      : name_(std::move(options.server_name)),
        verifies_name_(!options.insecure),
        resumes_(options.resume),
        shared_(std::move(shared)) {}

  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr inner, EventLoop& loop,
                                          std::string_view host) const override {
    ERR_clear_error();
    SslPtr ssl(SSL_new(shared_->context.get()));
    if (ssl == nullptr) return Error{"no TLS for it: " + take_error()};
    SSL_set_connect_state(ssl.get());
    std::string name = name_.empty() ? std::string(host) : name_;
    if (name.ends_with('.')) name.pop_back();  // the root, which no certificate names
    if (Status named = expect(*ssl, name); !named.ok()) return named.error();
    std::string server = resumes_ ? name + " " + inner->peer().to_string() : std::string();
    if (const SessionPtr session = shared_->sessions.take(server)) {
      SSL_set_session(ssl.get(), session.get());
      ERR_clear_error();  // one that cannot be used costs a whole handshake, no more
    }
    return TransportPtr(new TlsTransport(std::move(inner), loop, std::move(ssl), shared_,
                                         Role::client, std::move(server)));
  }

 private:
  /// The name to ask for, and the one to verify. An address is not asked for (RFC 6066 section 3).
  [[nodiscard]] Status expect(SSL& ssl, const std::string& name) const {
    if (name.empty()) {
      if (!verifies_name_) return {};
      return Error{"TLS needs the server's name: TlsClientOptions::server_name"};
    }
    X509_VERIFY_PARAM* wanted = SSL_get0_param(&ssl);
    bool fine = true;
    if (is_numeric_host(name)) {
      fine = X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1;
    } else {
      X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      fine = SSL_set_tlsext_host_name(&ssl, name.c_str()) == 1 &&
             SSL_set1_host(&ssl, name.c_str()) == 1;
    }
    if (fine) return {};
    return Error{"TLS cannot ask for '" + name + "': " + take_error()};
  }

  const std::string name_;
  const bool verifies_name_;
  const bool resumes_;
  const std::shared_ptr<const ClientShared> shared_;
};

Status choose_trust(ClientShared& shared, const TlsClientOptions& options) {
  for (const std::string& text : options.pins) {
    std::string pin = normal_pin(text);
    if (pin.empty()) return Error{"the pin '" + text + "' is no SHA-256: 64 hexadecimal digits"};
    shared.trust.pins.push_back(std::move(pin));
  }
  shared.trust.chain = !options.insecure;
  SSL_CTX& context = *shared.context;
  const bool blind = options.insecure && options.pins.empty();
  verify_with(context, shared.trust, blind ? SSL_VERIFY_NONE : SSL_VERIFY_PEER);
  auto authorities = load_authorities(options.ca_file, options.ca_pem);
  if (!authorities.ok()) return authorities.error();
  if (!authorities.value().empty()) return trust(context, authorities.value());
  if (SSL_CTX_set_default_verify_paths(&context) == 1) return {};
  return Error{"cannot read the system's authorities: " + take_error()};
}

}  // namespace

}  // namespace tls

Result<TransportFilterPtr> tls_client(TlsClientOptions options) {
  auto shared = std::make_shared<tls::ClientShared>();
  auto context = tls::make_context(tls::Role::client, options.min_version, options.ciphers);
  if (!context.ok()) return context.error();
  shared->context = context.take();
  SSL_CTX& made = *shared->context;
  if (Status chosen = tls::choose_trust(*shared, options); !chosen.ok()) return chosen.error();
  const TlsCertificate& own = options.certificate;
  if (!own.chain_file.empty() || !own.chain_pem.empty()) {
    auto pair = tls::load(own);
    if (!pair.ok()) return pair.error();
    if (Status used = tls::use(made, pair.value()); !used.ok()) return used.error();
  }
  auto protocols = tls::wire_protocols(options.alpn);
  if (!protocols.ok()) return protocols.error();
  const std::string& wire = protocols.value();
  SSL_CTX_set_alpn_protos(&made, reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
  SSL_CTX_set_app_data(&made, shared.get());
  SSL_CTX_set_session_cache_mode(&made, options.resume
                                            ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                            : SSL_SESS_CACHE_OFF);
  if (options.resume) SSL_CTX_sess_set_new_cb(&made, tls::on_session);
  return TransportFilterPtr(
      std::make_shared<tls::ClientFilter>(std::move(options), std::move(shared)));
}

}  // namespace weir
