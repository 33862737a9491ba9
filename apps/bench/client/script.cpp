#include "client/script.hpp"

#include <algorithm>
#include <cstring>

namespace weir::bench {
namespace {

// Messages beyond those in flight: no count of lost messages below this one looks like none.
constexpr std::size_t spare = 7;

}  // namespace

Script::Script(unsigned depth, std::size_t bytes) : depth_(depth) { bytes_.reserve(bytes); }

std::size_t Script::shortest_period(unsigned depth) { return depth + spare; }

std::size_t Script::bytes_for(std::size_t messages, unsigned depth, std::size_t size) {
  return (messages + depth) * size;
}

void Script::add(std::string_view piece) {
  bytes_.insert(bytes_.end(), piece.begin(), piece.end());
}

void Script::end_message() {
  starts_.push_back(bytes_.size());
  ++period_;
}

void Script::repeat() {
  const auto size = starts_[depth_];
  bytes_.resize(starts_[period_] + size);
  std::memcpy(bytes_.data() + starts_[period_], bytes_.data(), size);
  for (std::size_t i = 1; i <= depth_; ++i) starts_.push_back(starts_[period_] + starts_[i]);
}

}  // namespace weir::bench
