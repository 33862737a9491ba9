#include "websocket/frame_header.hpp"

#include <cstring>

namespace weir::websocket {

namespace {

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

Mistake wrong(const char* words) { return {close_code::protocol_error, words}; }

Mistake check_first(unsigned byte, bool deflated) {
  const unsigned opcode = byte & 0x0F;
  // RFC 6455 5.2: reserved opcodes, 3 to 7 and 11 to 15.
  if ((opcode > 2 && opcode < 8) || opcode > 10) {
    return {close_code::protocol_error, "reserved opcode ", opcode};
  }
  // RFC 6455 5.2: a reserved bit means what an extension says that was agreed on, else it is 0.
  if ((byte & 0x30) != 0) return wrong("reserved bit RSV2 or RSV3 is set");
  if ((byte & 0x40) != 0) {
    if (!deflated) return wrong("RSV1 is set, and no compression was agreed on");
    // RFC 7692 6.1: control frames are not compressed, and a message says it in its first frame.
    if (opcode >= 8) return wrong("RSV1 is set on a control frame");
    if (opcode == 0) return wrong("RSV1 is set on a continuation frame");
  }
  // RFC 6455 5.5: control frames must not be fragmented.
  if (opcode >= 8 && (byte & 0x80) == 0) return wrong("fragmented control frame");
  return {};
}

Mistake check_second(unsigned byte, bool control, Role reader) {
  const bool masked = (byte & 0x80) != 0;
  // RFC 6455 5.1: a server closes upon a frame that is not masked, a client upon one that is.
  if (reader == Role::server && !masked) return wrong("frame of a client without a mask");
  if (reader == Role::client && masked) return wrong("frame of a server with a mask");
  // RFC 6455 5.5.
  if (control && (byte & 0x7F) > max_control_payload) {
    return wrong("control frame of more than 125 bytes");
  }
  return {};
}

/// Of the `bytes` bytes behind the first two.
std::uint64_t load_length(std::string_view input, std::size_t bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < bytes; ++i) length = length << 8 | byte_at(input, 2 + i);
  return length;
}

}  // namespace

ParsedHeader parse_header(std::string_view input, Role reader, bool deflated) {
  ParsedHeader parsed;
  parsed.need = 2;
  if (input.empty()) return parsed;
  const unsigned first = byte_at(input, 0);
  parsed.mistake = check_first(first, deflated);
  if (parsed.mistake) return parsed;
  parsed.head = {.opcode = static_cast<Opcode>(first & 0x0F),
                 .last = (first & 0x80) != 0,
                 .compressed = (first & 0x40) != 0};
  if (input.size() < 2) return parsed;

  const unsigned second = byte_at(input, 1);
  parsed.mistake = check_second(second, parsed.control(), reader);
  if (parsed.mistake) return parsed;
  const unsigned shortest = second & 0x7F;
  const std::size_t extended = shortest == 126 ? 2 : shortest == 127 ? 8 : 0;
  const std::size_t masks = (second & 0x80) != 0 ? 4 : 0;
  parsed.need = 2 + extended + masks;
  if (input.size() < 2 + extended) return parsed;
  parsed.length = extended == 0 ? shortest : load_length(input, extended);
  // RFC 6455 5.2: the most significant bit must be 0.
  if (parsed.length >> 63 != 0) {
    parsed.mistake = wrong("frame length with the highest bit set");
    return parsed;
  }
  // RFC 6455 5.2: the minimal number of bytes must be used.
  if ((extended == 2 && parsed.length <= 125) || (extended == 8 && parsed.length <= 0xFFFF)) {
    parsed.mistake = wrong("frame length that is longer than it need be");
    return parsed;
  }
  if (input.size() < parsed.need) return parsed;
  if (masks != 0) std::memcpy(parsed.key.data(), input.data() + 2 + extended, masks);
  parsed.size = parsed.need;
  parsed.need = 0;
  return parsed;
}

}  // namespace weir::websocket
