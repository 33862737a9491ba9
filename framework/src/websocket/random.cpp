#include "weir/websocket/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <system_error>

#include "weir/websocket/handshake.hpp"

namespace weir::websocket {

namespace {

void fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
  }
}

/// Masks that nobody has used yet.
struct Supply {
  std::array<MaskKey, 1024> keys{};
  std::size_t next = keys.size();
};

}  // namespace

MaskSource random_masks() {
  return [supply = std::make_shared<Supply>()] {
    if (supply->next == supply->keys.size()) {
      fill(std::as_writable_bytes(std::span(supply->keys)));
      supply->next = 0;
    }
    return supply->keys[supply->next++];
  };
}

std::string random_key() {
  std::array<unsigned char, 16> bytes{};
  fill(std::as_writable_bytes(std::span(bytes)));
  return make_key(bytes);
}

}  // namespace weir::websocket
