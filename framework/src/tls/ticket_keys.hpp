// TicketKeys: the keys of session tickets (RFC 5077, RFC 8446 section 4.6.1), which make a
// resumption cost no memory here. Layer: tls, private. Owned by a TlsServer, whatever it reloads.
// Threads: any, all at once.
//
//     made     rotated          forgotten
//      |--------|----------------|
//       seals     opens only
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <span>

#include "tls/openssl.hpp"
#include "weir/core/time.hpp"

namespace weir::tls {

class TicketKeys {
 public:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
    TimePoint made;
  };

  explicit TicketKeys(Duration lifetime) : lifetime_(lifetime) {}
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  [[nodiscard]] Duration lifetime() const { return lifetime_; }
  /// The one that seals at `now`. Nothing when the system has no randomness.
  [[nodiscard]] std::optional<Key> sealing(TimePoint now);
  /// The one of that name, unless it is forgotten at `now`.
  [[nodiscard]] std::optional<Key> opening(std::span<const unsigned char, 16> name, TimePoint now);

  /// Makes the tickets of `context` with these keys, which outlive it.
  void use_in(SSL_CTX& context);

 private:
  void rotate(TimePoint now);

  const Duration lifetime_;
  std::mutex mutex_;
  std::optional<Key> current_;
  std::optional<Key> previous_;
};

}  // namespace weir::tls
