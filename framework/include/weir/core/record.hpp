// Records: messages whose boundaries survive in a stream of bytes. Layer: core.
// Between a protocol and a socket that keeps boundaries, output is a queue of bytes like any other;
// each message in it is a record, and the transport sends each record as one message:
//
//     [ 4 bytes: N, in the machine's order ][ N bytes ][ 4 bytes: M ][ M bytes ] ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"

namespace weir {

inline constexpr std::size_t record_header = sizeof(std::uint32_t);

/// The error of a message of `size` bytes where at most `most` go.
[[nodiscard]] Error message_too_long(std::size_t size, std::size_t most);

/// Appends what `encode(output)` appends, as one record of at most `most` bytes; nothing when it
/// appends nothing. After an error, or an exception, what was appended is to be truncated.
template <class Encode>
Status append_record(Buffer& output, std::size_t most, Encode encode) {
  const std::size_t before = output.size();
  output.append(std::string_view("\0\0\0\0", record_header));
  Status encoded = encode(output);
  if (!encoded.ok()) return encoded;
  const std::size_t size = output.size() - before - record_header;
  if (size == 0) {
    output.truncate(before);
    return {};
  }
  if (size > most) return message_too_long(size, most);
  const auto count = static_cast<std::uint32_t>(size);
  char header[record_header];
  std::memcpy(header, &count, record_header);
  output.overwrite(before, {header, record_header});
  return {};
}

/// Takes the first record off `records`, which begins with a whole one, and answers its bytes.
[[nodiscard]] inline std::string_view take_record(std::string_view& records) {
  std::uint32_t size = 0;
  std::memcpy(&size, records.data(), record_header);
  const std::string_view message = records.substr(record_header, size);
  records.remove_prefix(record_header + size);
  return message;
}

/// Of the first `size` bytes of `pieces`, which are whole records: what is not their headers.
[[nodiscard]] std::size_t record_payload(std::span<const std::string_view> pieces,
                                         std::size_t size);

}  // namespace weir
