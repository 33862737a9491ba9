#include "routing/route_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weir {

namespace {

// Odd, and as many ones as zeros (the constants of SplitMix64).
constexpr std::uint64_t first_factor = 0xbf58476d1ce4e5b9U;
constexpr std::uint64_t second_factor = 0x94d049bb133111ebU;

/// Neighbours go far apart in the upper bits, which choose the slot (Fibonacci hashing). One to
/// one: equal hashes are equal numbers.
std::uint64_t hash_of(std::uint64_t number) { return number * first_factor; }

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// The last few bytes, at most 7, without reading beyond them.
std::uint64_t rest_at(const char* bytes, std::size_t size) {
  if (size == 0) return 0;
  if (size >= 4) {
    std::uint32_t front = 0;
    std::uint32_t back = 0;
    std::memcpy(&front, bytes, sizeof front);
    std::memcpy(&back, bytes + size - sizeof back, sizeof back);
    return std::uint64_t{back} << 32U | front;
  }
  const auto at = [bytes](std::size_t i) -> std::uint64_t {
    return static_cast<unsigned char>(bytes[i]);
  };
  return at(0) | at(size / 2) << 8U | at(size - 1) << 16U;
}

std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = name.size() * second_factor;
  const char* bytes = name.data();
  std::size_t left = name.size();
  for (; left >= 8; left -= 8, bytes += 8)
    hash = std::rotl((hash ^ word_at(bytes)) * first_factor, 29);
  hash ^= rest_at(bytes, left);
  return hash_of(hash ^ hash >> 32U);
}

}  // namespace

RouteTable::Slots::Slots(std::size_t routes)
    : mask_(std::bit_ceil(2 * routes + 2) - 1),
      shift_(std::countl_zero(std::uint64_t{mask_})),
      slots_(mask_ + 1) {}

void RouteTable::Slots::insert(std::uint64_t hash, const Route& route) {
  std::size_t at = hash >> shift_;
  while (slots_[at].route != nullptr) at = (at + 1) & mask_;
  slots_[at] = {hash, &route};
}

template <class Fits>
const Route* RouteTable::Slots::find(std::uint64_t hash, Fits fits) const {
  for (std::size_t at = hash >> shift_; slots_[at].route != nullptr; at = (at + 1) & mask_) {
    if (slots_[at].hash == hash && fits(*slots_[at].route)) return slots_[at].route;
  }
  return nullptr;
}

RouteTable::RouteTable(std::size_t routes) : names_(routes), numbers_(routes) {}

void RouteTable::insert(std::string_view name, std::shared_ptr<const Route> route) {
  names_.insert(hash_of(name), *route);
  routes_.push_back(std::move(route));
}

void RouteTable::insert(std::uint64_t number, std::shared_ptr<const Route> route) {
  numbers_.insert(hash_of(number), *route);
  routes_.push_back(std::move(route));
}

void RouteTable::insert_otherwise(std::string prefix, std::shared_ptr<const Route> route) {
  const auto longer = [&](const Other& other) { return other.prefix.size() < prefix.size(); };
  const auto place = std::find_if(others_.begin(), others_.end(), longer);
  others_.insert(place, Other{std::move(prefix), std::move(route)});
}

const Route& RouteTable::find(const RouteKey& key) const {
  const Route* found =
      key.numeric ? numbers_.find(hash_of(key.number), [](const Route&) { return true; })
                  : names_.find(hash_of(key.text),
                                [&](const Route& route) { return route.name == key.text; });
  if (found != nullptr) return *found;
  const auto fits = [&](const Other& other) { return key.text.starts_with(other.prefix); };
  return *std::find_if(others_.begin(), others_.end() - 1, fits)->route;
}

}  // namespace weir
