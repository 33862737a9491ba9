#include "tls/pem.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <fstream>
#include <utility>

namespace weir::tls {

namespace {

/// Larger than any bundle of authorities; whoever names another file learns it.
constexpr std::size_t largest_file = 4 * 1024 * 1024;

/// A text that may be a key: wiped when it goes.
struct Text {
  Text() = default;
  Text(std::string from, std::string called) : bytes(std::move(from)), name(std::move(called)) {}
  Text(Text&&) = default;
  Text& operator=(Text&&) = default;
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  std::string bytes;
  std::string name;
};

Result<Text> read(const std::string& file, const std::string& pem, const std::string& what) {
  if (file.empty()) return Text{pem, what + " in memory"};
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return system_error("cannot read the " + what + " " + file, errno);
  Text text(std::string(largest_file + 1, '\0'), what + " " + file);
  errno = 0;
  stream.read(text.bytes.data(), static_cast<std::streamsize>(text.bytes.size()));
  if (stream.bad()) return system_error("cannot read the " + what + " " + file, errno);
  const auto size = static_cast<std::size_t>(stream.gcount());
  if (size > largest_file) return Error{"the " + text.name + " is larger than 4 MiB"};
  text.bytes.resize(size);
  return text;
}

Result<std::vector<X509Ptr>> certificates_of(const Text& text) {
  std::vector<X509Ptr> found;
  const BioPtr bio = bio_over(text.bytes);
  ERR_clear_error();
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    found.emplace_back(one);
  }
  const bool at_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  std::string why = take_error();
  if (found.empty() && at_the_end) {
    return Error{"the " + text.name + " has no certificate: PEM is expected"};
  }
  if (!at_the_end) return Error{"the " + text.name + " is broken: " + why};
  return found;
}

/// Nobody is asked: a server has no terminal.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<KeyPtr> key_of(const Text& text) {
  bool locked = false;
  const BioPtr bio = bio_over(text.bytes);
  ERR_clear_error();
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &locked));
  std::string why = take_error();
  if (key != nullptr) return key;
  if (locked) return Error{"the " + text.name + " has a password: one without is expected"};
  return Error{"the " + text.name + " has no private key: " + why};
}

}  // namespace

std::string take_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "OpenSSL's error " + std::to_string(code);
}

BioPtr bio_over(std::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Result<KeyPair> load(const TlsCertificate& certificate) {
  auto chain_text = read(certificate.chain_file, certificate.chain_pem, "certificate");
  if (!chain_text.ok()) return chain_text.error();
  auto chain = certificates_of(chain_text.value());
  if (!chain.ok()) return chain.error();
  auto key_text = read(certificate.key_file, certificate.key_pem, "key");
  if (!key_text.ok()) return key_text.error();
  auto key = key_of(key_text.value());
  if (!key.ok()) return key.error();
  if (X509_check_private_key(chain.value().front().get(), key.value().get()) != 1) {
    ERR_clear_error();
    return Error{"the " + key_text.value().name + " does not belong to the " +
                 chain_text.value().name};
  }
  return KeyPair{chain.take(), key.take(), chain_text.value().name};
}

Result<std::vector<X509Ptr>> load_authorities(const std::string& file, const std::string& pem) {
  std::vector<X509Ptr> all;
  for (const bool from_file : {true, false}) {
    if ((from_file ? file : pem).empty()) continue;
    auto text = read(from_file ? file : "", pem, "authority");
    if (!text.ok()) return text.error();
    auto found = certificates_of(text.value());
    if (!found.ok()) return found.error();
    for (X509Ptr& one : found.value()) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace weir::tls
