#include "tls/make_certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "tls/names.hpp"
#include "tls/pem.hpp"
#include "weir/core/endpoint.hpp"

namespace weir::tls {

namespace {

constexpr std::size_t rsa_bits = 2048;
constexpr int serial_bits = 127;

using NumberPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

bool set_serial(X509& certificate) {
  const NumberPtr number(BN_new());
  return number != nullptr &&
         BN_rand(number.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool set_times(X509& certificate, const CertificateRequest& request) {
  return X509_gmtime_adj(X509_getm_notBefore(&certificate), request.from.count()) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(&certificate), request.to.count()) != nullptr;
}

bool set_subject(X509& certificate, const std::string& name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(&certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                    0) == 1;
}

bool add_extension(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const ExtensionPtr made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return made != nullptr && X509_add_ext(&certificate, made.get(), -1) == 1;
}

/// "DNS:a.example,IP:127.0.0.1"
std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ',';
    if (name.starts_with("URI:") || name.starts_with("email:")) {
      list += name;
    } else {
      list += (is_numeric_host(name) ? "IP:" : "DNS:") + name;
    }
  }
  return list;
}

bool add_extensions(X509& certificate, X509& issuer, const CertificateRequest& request) {
  const bool authority = request.authority;
  return add_extension(certificate, issuer, NID_basic_constraints,
                       authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage,
                       authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         (authority ||
          add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth")) &&
         (request.names.empty() || add_extension(certificate, issuer, NID_subject_alt_name,
                                                 alternative_names(request.names)));
}

std::string text_of(BIO& bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(&bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

Result<TlsCertificate> make_certificate(const CertificateRequest& request) {
  ERR_clear_error();
  const auto failed = [] { return Error{"cannot make a certificate: " + take_error()}; };
  const KeyPtr key(request.rsa ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  if (key == nullptr || certificate == nullptr) return failed();
  KeyPair by;
  if (request.issuer != nullptr) {
    auto loaded = load(*request.issuer);
    if (!loaded.ok()) return loaded.error();
    by = loaded.take();
  }
  X509& made = *certificate;
  X509& issuer = by.chain.empty() ? made : *by.chain.front();
  EVP_PKEY* signer = by.key == nullptr ? key.get() : by.key.get();
  if (X509_set_version(&made, X509_VERSION_3) != 1 || !set_serial(made) ||
      !set_times(made, request) || !set_subject(made, request.subject) ||
      X509_set_issuer_name(&made, X509_get_subject_name(&issuer)) != 1 ||
      X509_set_pubkey(&made, key.get()) != 1 || !add_extensions(made, issuer, request) ||
      X509_sign(&made, signer, EVP_sha256()) == 0) {
    return failed();
  }
  const BioPtr chain(BIO_new(BIO_s_mem()));
  const BioPtr secret(BIO_new(BIO_s_secmem()));
  if (chain == nullptr || secret == nullptr || PEM_write_bio_X509(chain.get(), &made) != 1 ||
      PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return failed();
  }
  return TlsCertificate{.chain_pem = text_of(*chain), .key_pem = text_of(*secret)};
}

}  // namespace weir::tls

namespace weir {

Result<SelfSigned> self_signed(const std::vector<std::string>& names) {
  tls::CertificateRequest request{.names = {"localhost", "127.0.0.1", "::1"}};
  request.names.insert(request.names.end(), names.begin(), names.end());
  for (const std::string& name : names) {
    // Else it would bring in names of other kinds.
    if (name.empty() || name.find_first_of(",:\n\r") != std::string::npos) {
      if (!is_numeric_host(name)) return Error{"'" + name + "' is no host name"};
    }
  }
  auto made = tls::make_certificate(request);
  if (!made.ok()) return made.error();
  auto loaded = tls::load(made.value());
  if (!loaded.ok()) return loaded.error();
  return SelfSigned{made.take(), tls::pin_of(*loaded.value().chain.front())};
}

}  // namespace weir
