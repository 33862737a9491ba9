#include "tls/names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <span>

namespace weir::tls {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& letter : made) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return made;
}

/// Empty where a byte is no character that a terminal shows: a name with a NUL in it is none.
std::string text_of(const ASN1_STRING* string) {
  const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                         static_cast<std::size_t>(ASN1_STRING_length(string)));
  const bool fine = std::all_of(text.begin(), text.end(), [](char byte) {
    return static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f;
  });
  return fine ? text : std::string();
}

std::string address_of(const ASN1_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(bytes);
  if (size != 4 && size != 16) return {};
  const int family = size == 4 ? AF_INET : AF_INET6;
  ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
  return text.data();
}

std::string common_name(const X509& certificate) {
  const X509_NAME* subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

/// Calls `visit(type, value)` for each of its alternative names.
template <class Visit>
void each_name(const X509& certificate, Visit visit) {
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    visit(type, static_cast<const ASN1_STRING*>(value));
  }
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

}  // namespace

std::vector<std::string> host_names(const X509& certificate) {
  std::vector<std::string> names;
  each_name(certificate, [&](int type, const ASN1_STRING* value) {
    std::string name;
    if (type == GEN_DNS) name = lower(text_of(value));
    if (type == GEN_IPADD) name = address_of(value);
    if (!name.empty()) names.push_back(std::move(name));
  });
  if (names.empty()) names.push_back(lower(common_name(certificate)));
  return names;
}

std::string owner_name(const X509& certificate) {
  std::string first;
  each_name(certificate, [&](int type, const ASN1_STRING* value) {
    const bool named = type == GEN_DNS || type == GEN_URI || type == GEN_EMAIL;
    if (named && first.empty()) first = text_of(value);
  });
  return first.empty() ? common_name(certificate) : first;
}

std::string pin_of(const X509& certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &encoded);
  if (size <= 0) return {};
  std::array<unsigned char, 32> digest{};
  const int done = EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), nullptr,
                              EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  return done == 1 ? hexadecimal(digest) : std::string();
}

std::string normal_pin(std::string_view text) {
  constexpr std::size_t length = 64;
  std::string pin = lower(text);
  std::erase(pin, ':');
  const bool fine = pin.size() == length && pin.find_first_not_of(digits) == std::string::npos;
  return fine ? pin : std::string();
}

void NameTable::add(const std::vector<std::string>& names, std::size_t value) {
  for (const std::string& name : names) values_.try_emplace(name, value);
}

std::size_t NameTable::find(std::string_view name, std::size_t fallback) const {
  std::string asked = lower(name);
  if (asked.ends_with('.')) asked.pop_back();
  if (const auto same = values_.find(asked); same != values_.end()) return same->second;
  const std::size_t dot = asked.find('.');
  if (dot == std::string::npos) return fallback;
  const auto wildcard = values_.find("*" + asked.substr(dot));
  return wildcard != values_.end() ? wildcard->second : fallback;
}

}  // namespace weir::tls
