// frame: the words of RFC 6455 that reading and writing share. Layer: websocket.
// Values and pure functions; no state, any thread.
//
//      0               1               2 .. 9                 4 bytes
//     +-+-+-+-+-------+-+-------------+----------------------+----------+---------
//     |F|R|R|R| opcode|M| length      | length, 2 or 8 bytes | mask key | payload
//     |I|S|S|S|  (4)  |A| 0..125, 126,| most significant     | client   | xor key
//     |N|1|2|3|       |S| 127         | first                | only     |
//     +-+-+-+-+-------+-+-------------+----------------------+----------+---------
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/core/buffer.hpp"

namespace weir::websocket {

/// Which end of the connection this is.
enum class Role : std::uint8_t { server, client };

/// RFC 6455 5.2. The other values of the four bits are reserved.
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// The longest payload of a control frame (RFC 6455 5.5).
inline constexpr std::size_t max_control_payload = 125;
/// The longest reason of a close frame: what the code leaves of it.
inline constexpr std::size_t max_close_reason = max_control_payload - 2;
/// The longest header: two bytes, a length of eight, a key of four.
inline constexpr std::size_t max_frame_header = 14;

/// RFC 6455 7.4.1 and the IANA registry. Codes of 3000 to 4999 are for libraries and programs.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unacceptable_type = 1003;
/// Never on the wire: the close frame had no code.
inline constexpr std::uint16_t none = 1005;
/// Never on the wire: the connection ended without a close frame.
inline constexpr std::uint16_t abnormal = 1006;
inline constexpr std::uint16_t bad_payload = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t missing_extension = 1010;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
inline constexpr std::uint16_t bad_gateway = 1014;
}  // namespace close_code

/// May `code` stand in a close frame: 1000 to 1003, 1007 to 1014, 3000 to 4999 (RFC 6455 7.4).
[[nodiscard]] constexpr bool may_send_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

/// The four bytes that a client's payload is xored with (RFC 6455 5.3).
using MaskKey = std::array<char, 4>;

/// What stands before a payload.
struct FrameHead {
  Opcode opcode = Opcode::text;
  /// The last frame of its message.
  bool last = true;
  /// RSV1: the message is compressed (RFC 7692 6). On the first frame of a message alone.
  bool compressed = false;
};

/// Appends one frame, masked where there is a `key`. Checks nothing: writer.hpp does.
void append_frame(FrameHead head, std::string_view payload, const MaskKey* key, Buffer& output);

/// Appends a frame with the longest beginning of `payload` that a control frame has room for.
/// `opcode` is ping or pong.
void append_control(Opcode opcode, std::string_view payload, const MaskKey* key, Buffer& output);

/// Appends a close frame. `code` 1005 is a frame without a code; for any other one that may not be
/// sent, 1011 goes out. Of `reason`, which is UTF-8, what there is room for, cut between
/// characters.
void append_close(std::uint16_t code, std::string_view reason, const MaskKey* key, Buffer& output);

}  // namespace weir::websocket
