#include "weir/routing/rate_limit.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <stdexcept>

#include "weir/routing/context.hpp"

namespace weir {

namespace {

constexpr double year = 365.0 * 24 * 3600;

/// `value` when it is a rate that a bucket can have, in seconds.
Duration seconds(double value, const char* mistake) {
  if (!(value > 0) || value > year) throw std::invalid_argument(mistake);
  return Duration(std::max<Duration::rep>(static_cast<Duration::rep>(value * 1e9), 1));
}

std::uint64_t random_seed() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

/// The finalizer of MurmurHash3.
std::uint64_t mixed(std::uint64_t word) {
  word = (word ^ (word >> 33U)) * 0xff51afd7ed558ccdU;
  word = (word ^ (word >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return word ^ (word >> 33U);
}

}  // namespace

std::shared_ptr<RateLimit> rate_limit(RateLimitOptions options) {
  return std::make_shared<RateLimit>(options);
}

RateLimit::RateLimit(RateLimitOptions options)
    : by_(options.by),
      token_(seconds(1 / options.per_second, "rate_limit: per_second is out of range")),
      capacity_(seconds(options.burst / options.per_second,
                        "rate_limit: a burst is at least 1, and comes back within a year")),
      seed_(random_seed()),
      ways_(std::min(options.max_peers, most_ways)) {
  if (options.max_peers == 0) throw std::invalid_argument("rate_limit: max_peers is 0");
  const std::size_t sets = std::bit_floor(options.max_peers / ways_);
  set_mask_ = sets - 1;
  buckets_.resize(sets * ways_);
}

void RateLimit::call(Context& context, Next next) {
  const Session& session = context.session();
  // The state's address alone may be used again; with the connection's number it is never.
  const Key key = by_ == RateKey::address
                      ? key_of(session.peer())
                      : Key{std::bit_cast<std::uintptr_t>(session.state()), session.id()};
  if (take(key, context.loop().now())) return next(context);
  refused_.fetch_add(1, std::memory_order_relaxed);
  context.fail({.kind = FailureKind::rate_limited});
}

RateLimit::Key RateLimit::key_of(const SocketAddress& address) {
  Key key;
  if (address.family() == AF_INET) {
    sockaddr_in known{};
    std::memcpy(&known, address.data(), sizeof known);
    key = {AF_INET, known.sin_addr.s_addr};
  } else if (address.family() == AF_INET6) {
    sockaddr_in6 known{};
    std::memcpy(&known, address.data(), sizeof known);
    // Of an IPv4 host that comes to an IPv6 socket, the part that tells hosts apart is the end.
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&known.sin6_addr) != 0;
    key.high = mapped ? AF_INET : AF_INET6;
    std::memcpy(&key.low, &known.sin6_addr.s6_addr[mapped ? 12 : 0], mapped ? 4 : 8);
  }
  return key;
}

std::uint64_t RateLimit::hash_of(const Key& key) const {
  return mixed(mixed(key.low ^ seed_) ^ key.high ^ std::rotl(seed_, 32));
}

bool RateLimit::take(const Key& key, TimePoint now) {
  const std::size_t set = hash_of(key) & set_mask_;
  const std::lock_guard lock(shards_[set % most_shards].mutex);
  Bucket* const begin = &buckets_[set * ways_];
  Bucket* const end = begin + ways_;
  Bucket* bucket = std::find_if(begin, end, [&](const Bucket& known) { return known.key == key; });
  if (bucket == end) {
    bucket = std::min_element(
        begin, end, [](const Bucket& a, const Bucket& b) { return a.full_at < b.full_at; });
    if (bucket->full_at > now) forgotten_.fetch_add(1, std::memory_order_relaxed);
    *bucket = {key, now};
  }
  const TimePoint full_at = std::max(bucket->full_at, now) + token_;
  if (full_at - now > capacity_) return false;
  bucket->full_at = full_at;
  return true;
}

}  // namespace weir
