#include "weir/websocket/frame.hpp"

#include <algorithm>
#include <cstring>

#include "websocket/frame_header.hpp"
#include "websocket/mask.hpp"
#include "weir/websocket/utf8.hpp"

namespace weir::websocket {

std::size_t write_header(FrameHead head, std::size_t length, const MaskKey* key, char* to) {
  const unsigned mask_bit = key == nullptr ? 0U : 0x80U;
  to[0] = static_cast<char>((head.last ? 0x80U : 0U) | (head.compressed ? 0x40U : 0U) |
                            static_cast<unsigned>(head.opcode));
  std::size_t at = 2;
  // The shortest form that can say the length (RFC 6455 5.2).
  if (length <= 125) {
    to[1] = static_cast<char>(mask_bit | static_cast<unsigned>(length));
  } else {
    const std::size_t bytes = length <= 0xFFFF ? 2 : 8;
    to[1] = static_cast<char>(mask_bit | (bytes == 2 ? 126U : 127U));
    for (std::size_t i = 0; i < bytes; ++i) {
      to[at++] = static_cast<char>(std::uint64_t{length} >> (8 * (bytes - 1 - i)));
    }
  }
  if (key != nullptr) {
    std::memcpy(to + at, key->data(), key->size());
    at += key->size();
  }
  return at;
}

void append_frame(FrameHead head, std::string_view payload, const MaskKey* key, Buffer& output) {
  char* to = output.prepare(max_frame_header + payload.size());
  const std::size_t header = write_header(head, payload.size(), key, to);
  if (key != nullptr) {
    apply_mask(to + header, payload.data(), payload.size(), *key);
  } else if (!payload.empty()) {
    std::memcpy(to + header, payload.data(), payload.size());
  }
  output.commit(header + payload.size());
}

void append_control(Opcode opcode, std::string_view payload, const MaskKey* key, Buffer& output) {
  append_frame({.opcode = opcode}, payload.substr(0, max_control_payload), key, output);
}

void append_close(std::uint16_t code, std::string_view reason, const MaskKey* key, Buffer& output) {
  // RFC 6455 5.5.1: a reason stands behind a code, so without one there is none.
  if (code == close_code::none) return append_control(Opcode::close, {}, key, output);
  if (!may_send_close_code(code)) code = close_code::internal_error;
  std::array<char, max_control_payload> payload;
  payload[0] = static_cast<char>(code >> 8);
  payload[1] = static_cast<char>(code & 0xFF);
  const std::string_view cut = cut_utf8(reason, max_close_reason);
  std::copy(cut.begin(), cut.end(), payload.begin() + 2);
  append_control(Opcode::close, {payload.data(), 2 + cut.size()}, key, output);
}

}  // namespace weir::websocket
