#include "tls/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>

namespace weir::tls {

namespace {

template <class Bytes>
bool randomise(Bytes& bytes) {
  return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
}

/// The contract of SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
enum Answer : int { failed = -1, unknown = 0, fine = 1, renew = 2 };

int prepare(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
            EVP_MAC_CTX* mac, bool seal) {
  auto* secret = const_cast<unsigned char*>(key.mac.data());
  auto* digest = const_cast<char*>("SHA256");
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  const bool done = EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
                    EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv,
                                      seal ? 1 : 0) == 1;
  return done ? fine : failed;
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int seal) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const TimePoint now = std::chrono::steady_clock::now();
  if (seal != 0) {
    const auto key = keys.sealing(now);
    if (!key.has_value() || RAND_bytes(iv, EVP_MAX_IV_LENGTH) != 1) return failed;
    std::copy(key->name.begin(), key->name.end(), name);
    return prepare(*key, iv, cipher, mac, true);
  }
  const auto key = keys.opening(std::span<const unsigned char, 16>(name, 16), now);
  if (!key.has_value()) return unknown;
  const int prepared = prepare(*key, iv, cipher, mac, false);
  if (prepared != fine) return prepared;
  // A client of TLS 1.3 uses each ticket once.
  const bool used_up = SSL_version(ssl) == TLS1_3_VERSION;
  return used_up || now - key->made >= keys.lifetime() ? renew : fine;
}

}  // namespace

TicketKeys::~TicketKeys() {
  for (auto* key : {&current_, &previous_}) {
    if (key->has_value()) OPENSSL_cleanse(&**key, sizeof **key);
  }
}

void TicketKeys::rotate(TimePoint now) {
  if (current_.has_value() && now - current_->made >= lifetime_) {
    previous_ = current_;
    current_.reset();
  }
  if (previous_.has_value() && now - previous_->made >= 2 * lifetime_) {
    OPENSSL_cleanse(&*previous_, sizeof *previous_);
    previous_.reset();
  }
}

std::optional<TicketKeys::Key> TicketKeys::sealing(TimePoint now) {
  const std::lock_guard lock(mutex_);
  rotate(now);
  if (!current_.has_value()) {
    Key made{};
    if (!randomise(made.name) || !randomise(made.cipher) || !randomise(made.mac)) return {};
    made.made = now;
    current_ = made;
  }
  return current_;
}

std::optional<TicketKeys::Key> TicketKeys::opening(std::span<const unsigned char, 16> name,
                                                   TimePoint now) {
  const std::lock_guard lock(mutex_);
  rotate(now);
  for (const auto* key : {&current_, &previous_}) {
    if (key->has_value() && std::equal(name.begin(), name.end(), (*key)->name.begin())) {
      return *key;
    }
  }
  return {};
}

void TicketKeys::use_in(SSL_CTX& context) {
  SSL_CTX_set_app_data(&context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, on_ticket);
  SSL_CTX_set_timeout(
      &context,
      std::max<long>(1, static_cast<long>(
                            std::chrono::duration_cast<std::chrono::seconds>(lifetime_).count())));
}

}  // namespace weir::tls
