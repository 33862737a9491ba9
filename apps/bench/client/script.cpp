// Pseudo-random payloads, the same in every run.
#include "client/script.hpp"

#include <cstring>
#include <random>

namespace weir::bench {
namespace {

// Messages beyond those in flight: no count of lost messages below this one looks like none.
constexpr unsigned spare = 7;

void put_length(char* header, std::size_t size) {
  for (unsigned i = 0; i < 4; ++i) header[i] = static_cast<char>((size >> (24 - 8 * i)) & 0xffU);
}

}  // namespace

Script::Script(Protocol protocol, std::size_t size, unsigned depth)
    : message_bytes_(size + (protocol == Protocol::length4 ? 4 : 0)),
      depth_(depth),
      period_(std::size_t{depth} + spare),
      bytes_((period_ + depth) * message_bytes_) {
  std::minstd_rand random{20231};
  const std::size_t loop = period_ * message_bytes_;
  for (std::size_t i = 0; i < loop; ++i) bytes_[i] = static_cast<char>(random() >> 16U);
  if (protocol == Protocol::length4) {
    for (std::size_t at = 0; at < loop; at += message_bytes_) put_length(&bytes_[at], size);
  }
  std::memcpy(&bytes_[loop], bytes_.data(), depth * message_bytes_);
}

}  // namespace weir::bench
