#include "tls/failure.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "tls/names.hpp"

namespace weir::tls {

namespace {

/// Names of a certificate that an error lists.
constexpr std::size_t most_names = 3;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i) {
    text.append(i == 0 ? "" : ", ").append(names[i]);
  }
  if (names.size() > most_names) text.append(", ...");
  return text.empty() ? "nobody" : text;
}

/// "2026-11-22 02:00:00 UTC"
std::string date_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unknown day";
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%F %T UTC", &parts);
  return {text.data(), size};
}

std::string alert_name(int alert) {
  if (alert == SSL_AD_CERTIFICATE_REQUIRED) return "certificate required";  // OpenSSL has no text
  return SSL_alert_desc_string_long(alert);
}

}  // namespace

std::string describe_failure(bool server, const std::string& refusal) {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  if (code == 0) return "the peer reads nothing of what TLS itself answers";
  std::string known = take_error();
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return "TLS: " + known;
  if (reason > SSL_AD_REASON_OFFSET) {
    return "the peer ended TLS with the alert \"" + alert_name(reason - SSL_AD_REASON_OFFSET) +
           "\"";
  }
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return refusal.empty() ? "TLS: " + known : refusal;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "the client has no certificate, and one is required";
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return "an HTTP request on a TLS port";
    case SSL_R_WRONG_VERSION_NUMBER:
      return server ? "what came is no TLS" : "what the server sent is no TLS";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      return "the peer's version of TLS is too old";
    case SSL_R_NO_SHARED_CIPHER:
      return "the peer has no cipher that is allowed here";
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return "the peer knows no protocol that is spoken here (ALPN)";
    default:
      return "TLS: " + known;
  }
}

std::string describe_refusal(X509_STORE_CTX& store, const std::string& host) {
  const int error = X509_STORE_CTX_get_error(&store);
  const X509* current = X509_STORE_CTX_get_current_cert(&store);
  if (current == nullptr) current = X509_STORE_CTX_get0_cert(&store);
  const std::string known = X509_verify_cert_error_string(error);
  if (current == nullptr) return "the peer's certificate is refused: " + known;
  const std::string subject = "\"" + owner_name(*current) + "\"";
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the certificate of " + subject + " expired at " +
             date_of(X509_get0_notAfter(current));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the certificate of " + subject + " is not valid before " +
             date_of(X509_get0_notBefore(current));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the certificate is for " + listed(host_names(*current)) + ", not for " + host;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "the certificate of " + subject + " is signed by itself, and not trusted here";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "the certificate of " + subject + " is signed by nobody who is trusted here";
    case X509_V_ERR_APPLICATION_VERIFICATION:
      return "the server has none of the keys that were pinned";
    default:
      return "the certificate of " + subject +
             " is refused: " + X509_verify_cert_error_string(error);
  }
}

}  // namespace weir::tls
