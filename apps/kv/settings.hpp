// Settings: what the command line says and CONFIG SET may change. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace weir::kv {

/// What gives way when memory is full.
enum class Eviction : std::uint8_t { none, least_recently_used, soonest_to_expire };

/// "noeviction", "allkeys-lru", "volatile-ttl".
[[nodiscard]] std::string_view to_string(Eviction policy);
[[nodiscard]] std::optional<Eviction> parse_eviction(std::string_view text);

class Settings {
 public:
  /// Bytes of keys and values; 0 is without a limit.
  std::atomic<std::uint64_t> max_memory{0};
  std::atomic<Eviction> eviction{Eviction::none};
  /// Bytes that wait for a subscriber; one more message ends it.
  std::atomic<std::uint64_t> subscriber_limit{32 * 1024 * 1024};
  /// Bytes of one value.
  std::uint64_t max_bulk = 512 * 1024 * 1024;

  /// Empty: none is asked for.
  void set_password(std::string_view password);
  [[nodiscard]] std::string password() const;
  [[nodiscard]] bool has_password() const { return has_password_.load(std::memory_order_relaxed); }
  /// In a time that says nothing of how much of it is right.
  [[nodiscard]] bool is_password(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::string password_;
  std::atomic<bool> has_password_{false};
};

}  // namespace weir::kv
