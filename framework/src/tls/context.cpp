#include "tls/context.hpp"

#include <openssl/err.h>

#include <algorithm>

#include "tls/failure.hpp"
#include "tls/names.hpp"

namespace weir::tls {

namespace {

constexpr const char* default_ciphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* groups = "X25519:P-256:P-384";
/// RSA of 2,048 bits and more, no SHA-1.
constexpr int security_level = 2;
/// Bytes of a peer's certificate chain.
constexpr long most_chain = 64 * 1024;

/// Who is meant: "db.example" or an address; empty for nobody in particular.
std::string host_of(X509_STORE_CTX& store) {
  X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(&store);
  if (const char* name = X509_VERIFY_PARAM_get0_host(wanted, 0)) return name;
  char* address = X509_VERIFY_PARAM_get1_ip_asc(wanted);
  std::string text = address == nullptr ? "" : address;
  OPENSSL_free(address);
  return text;
}

bool has_pin(X509_STORE_CTX& store, const Trust& trust) {
  const auto pinned = [&trust](const X509* certificate) {
    const auto& pins = trust.pins;
    return std::find(pins.begin(), pins.end(), pin_of(*certificate)) != pins.end();
  };
  // An unverified chain may hold anybody's certificate behind the first.
  if (!trust.chain) return pinned(X509_STORE_CTX_get0_cert(&store));
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(&store);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (pinned(sk_X509_value(chain, i))) return true;
  }
  return false;
}

int verify(X509_STORE_CTX* store, void* given) {
  const Trust& trust = *static_cast<const Trust*>(given);
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  bool fine = !trust.chain || X509_verify_cert(store) == 1;
  if (fine && !trust.pins.empty() && !has_pin(*store, trust)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    fine = false;
  }
  if (fine) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
  } else {
    wires_of(*ssl).refusal = describe_refusal(*store, host_of(*store));
    ERR_clear_error();  // for OpenSSL to say that this was a refusal
  }
  return fine ? 1 : 0;
}

}  // namespace

Result<SslContextPtr> make_context(Role role, TlsVersion least, const std::string& ciphers) {
  ERR_clear_error();
  SslContextPtr made(SSL_CTX_new(role == Role::server ? TLS_server_method() : TLS_client_method()));
  if (made == nullptr) return Error{"cannot use OpenSSL: " + take_error()};
  SSL_CTX* context = made.get();
  SSL_CTX_set_security_level(context, security_level);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A connection that rests owns no buffer of records.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(context, most_chain);
  const int version = least == TlsVersion::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  if (SSL_CTX_set_min_proto_version(context, version) != 1 ||
      SSL_CTX_set1_groups_list(context, groups) != 1) {
    return Error{"cannot use OpenSSL: " + take_error()};
  }
  const char* list = ciphers.empty() ? default_ciphers : ciphers.c_str();
  if (SSL_CTX_set_cipher_list(context, list) != 1) {
    ERR_clear_error();
    return Error{"ciphers '" + ciphers + "': none of them is known, see openssl ciphers"};
  }
  return made;
}

Status use(SSL_CTX& context, const KeyPair& pair) {
  ERR_clear_error();
  bool done = SSL_CTX_use_certificate(&context, pair.chain.front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(&context, pair.key.get()) == 1 &&
              SSL_CTX_clear_chain_certs(&context) == 1;
  for (std::size_t i = 1; done && i < pair.chain.size(); ++i) {
    done = SSL_CTX_add1_chain_cert(&context, pair.chain[i].get()) == 1;
  }
  if (done) return {};
  return Error{"the " + pair.name + " cannot be used: " + take_error()};
}

Status trust(SSL_CTX& context, const std::vector<X509Ptr>& authorities) {
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  ERR_clear_error();
  for (const X509Ptr& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) {
      return Error{"an authority cannot be used: " + take_error()};
    }
  }
  return {};
}

void verify_with(SSL_CTX& context, const Trust& trust, int mode) {
  SSL_CTX_set_verify(&context, mode, nullptr);
  SSL_CTX_set_cert_verify_callback(&context, verify, const_cast<Trust*>(&trust));
}

Result<std::string> wire_protocols(const std::vector<std::string>& protocols) {
  constexpr std::size_t longest = 255;
  std::string wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > longest) {
      return Error{"the protocol '" + protocol + "' has no length from 1 to 255"};
    }
    wire.push_back(static_cast<char>(protocol.size()));
    wire.append(protocol);
  }
  return wire;
}

}  // namespace weir::tls
