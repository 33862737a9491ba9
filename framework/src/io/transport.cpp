#include "weir/io/transport.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weir {

FileSent Transport::send_file(const FileRange& range, std::size_t most) {
  std::array<char, 32 * 1024> buffer;
  FileSent sent;
  const auto end = static_cast<std::size_t>(std::min<std::uint64_t>(range.length, most));
  while (sent.bytes < end) {
    const std::size_t wanted = std::min(buffer.size(), end - sent.bytes);
    const auto at = static_cast<off_t>(range.offset + sent.bytes);
    const ssize_t got = ::pread(range.file->get(), buffer.data(), wanted, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) sent.error = errno;
    if (got == 0) sent.short_file = true;
    if (got <= 0) return sent;
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    const std::size_t taken = write({&piece, 1});
    sent.bytes += taken;
    if (taken < piece.size()) return sent;
  }
  return sent;
}

Status Transport::set_options(const SocketOptions&) {
  return Error{"this connection is no socket that has options", EOPNOTSUPP};
}

}  // namespace weir
