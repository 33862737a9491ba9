#include "weir/core/record.hpp"

#include <algorithm>
#include <cerrno>
#include <string>

namespace weir {

Error message_too_long(std::size_t size, std::size_t most) {
  return Error{"a message of " + std::to_string(size) + " bytes, the socket takes at most " +
                   std::to_string(most),
               EMSGSIZE};
}

std::size_t record_payload(std::span<const std::string_view> pieces, std::size_t size) {
  std::size_t payload = 0;
  for (const std::string_view piece : pieces) {
    std::string_view records = piece.substr(0, std::min(size, piece.size()));
    size -= records.size();
    while (!records.empty()) payload += take_record(records).size();
  }
  return payload;
}

}  // namespace weir
