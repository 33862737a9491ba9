// parse_framing: a framing as a person writes it on a command line. Layer: framing.
//
//     raw                      whatever came in one read
//     lines, lines:crlf        what is sent ends with LF, or with CRLF
//     fixed:N                  N bytes each
//     length:1|2|4|8           a length of so many bytes, most significant first
//     length:4:little          least significant first
//     length:4:self            the length counts its own bytes; after :little, or without it
//     length:varint            as protobuf writes it
//     headers                  Content-Length and an empty line, as language servers write them
//     delimiter:TEXT           TEXT with the escapes of C: delimiter:\r\n\r\n, delimiter:\x00
#pragma once

#include <string_view>

#include "weir/core/error.hpp"
#include "weir/framing/any.hpp"

namespace weir {

/// The error is one line that says what is wrong in `text` and what would be right.
/// In a delimiter, \xHH takes one or two digits and \OOO one to three; a colon stands for itself.
[[nodiscard]] Result<AnyFraming> parse_framing(std::string_view text);

}  // namespace weir
