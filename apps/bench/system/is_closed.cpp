#include "system/is_closed.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace weir::bench {

bool is_closed(const Descriptor& socket) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto came = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (came <= 0) return came == 0 || errno != EAGAIN;
  }
}

}  // namespace weir::bench
