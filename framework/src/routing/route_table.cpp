#include "routing/route_table.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace weir {

namespace {

std::uint64_t hash_of(const RouteKey& key) {
  if (!key.numeric) return std::hash<std::string_view>()(key.text);
  // Neighbours go far apart (the finalizer of MurmurHash3).
  std::uint64_t hash = key.number;
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdU;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return hash ^ (hash >> 33U);
}

}  // namespace

RouteTable::RouteTable(std::size_t routes)
    : mask_(std::bit_ceil(2 * routes + 2) - 1), slots_(mask_ + 1) {}

void RouteTable::insert(const RouteKey& key, std::shared_ptr<const Route> route) {
  const std::uint64_t hash = hash_of(key);
  std::size_t at = hash & mask_;
  while (slots_[at].route != nullptr) at = (at + 1) & mask_;
  slots_[at] = {hash, key.number, key.numeric, std::string(key.text), std::move(route)};
}

void RouteTable::insert_otherwise(std::string prefix, std::shared_ptr<const Route> route) {
  const auto longer = [&](const Other& other) { return other.prefix.size() < prefix.size(); };
  const auto place = std::find_if(others_.begin(), others_.end(), longer);
  others_.insert(place, Other{std::move(prefix), std::move(route)});
}

const Route& RouteTable::find(const RouteKey& key) const {
  const std::uint64_t hash = hash_of(key);
  for (std::size_t at = hash & mask_; slots_[at].route != nullptr; at = (at + 1) & mask_) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && slot.numeric == key.numeric && slot.number == key.number &&
        slot.text == key.text) {
      return *slot.route;
    }
  }
  const auto fits = [&](const Other& other) { return key.text.starts_with(other.prefix); };
  return *std::find_if(others_.begin(), others_.end() - 1, fits)->route;
}

}  // namespace weir
