// rate_limit: how often a caller may call. Layer: routing.
// A token bucket for each caller: a request takes a token, `per_second` come back, `burst` fit in.
// A request that finds none fails with rate_limited and takes none.
//
//   caller --hash--> shard (a lock) --> set of 8 buckets:  [key, full_at] [key, full_at] ...
//
// A bucket is the time at which it will be full again (the generic cell rate algorithm, ITU-T
// I.371, virtual scheduling): one that is full is as good as none, and its place is free. So
// memory is fixed, a request looks at one set, and nobody has to clean up.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "weir/core/socket_address.hpp"
#include "weir/core/time.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

/// Whom a bucket is for.
enum class RateKey : std::uint8_t {
  connection,
  /// A host, whatever its connections: an IPv4 address, or the /64 of an IPv6 address, of which a
  /// host has as many as it likes. Peers without an address share one bucket.
  address,
};

struct RateLimitOptions {
  double per_second = 100;
  std::uint32_t burst = 200;
  RateKey by = RateKey::connection;
  /// Buckets at most (rounded down to a power of two); 24 bytes each, from the start.
  std::size_t max_peers = 65'536;
};

/// When eight callers of one set are all short of tokens and a ninth comes, the bucket that is the
/// nearest to full gives way, so the least is forgotten, and nobody is refused for what others do.
/// To profit from that, an attacker keeps all buckets short: as many addresses as there are buckets
/// and per_second requests a second from each of them. Which callers share a set, it cannot know.
///
/// The time is the loop's round's (EventLoop::now()). Threads: any.
class RateLimit final : public Layer {
 public:
  /// Throws std::invalid_argument for a rate or a burst that is not positive, for a bucket that
  /// takes more than a year to fill, and for max_peers of 0.
  explicit RateLimit(RateLimitOptions options);

  void call(Context& context, Next next) override;
  [[nodiscard]] bool wants_settled() const override { return false; }

  /// Takes a token out of the bucket of `key`, or answers false.
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  [[nodiscard]] bool take(const Key& key, TimePoint now);
  [[nodiscard]] static Key key_of(const SocketAddress& address);

  /// Requests that found no token.
  [[nodiscard]] std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  /// Buckets that gave way although they were not full.
  [[nodiscard]] std::uint64_t forgotten() const {
    return forgotten_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t most_ways = 8;
  static constexpr std::size_t most_shards = 64;
  struct Bucket {
    Key key;
    TimePoint full_at{};
  };
  struct alignas(64) Shard {
    std::mutex mutex;
  };

  [[nodiscard]] std::uint64_t hash_of(const Key& key) const;

  RateKey by_;
  Duration token_;     // how long it takes to come back
  Duration capacity_;  // how long all of them take
  std::uint64_t seed_;
  std::size_t ways_;
  std::size_t set_mask_;
  std::vector<Bucket> buckets_;  // set by set
  std::array<Shard, most_shards> shards_;
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> forgotten_{0};
};

[[nodiscard]] std::shared_ptr<RateLimit> rate_limit(RateLimitOptions options = {});

}  // namespace weir
