// What a WebSocket sends: the request that opens it, and frames (RFC 6455, sections 1.3 and 5.2).
//
// The nonce and the masks are the same in every run: they are there against proxies that mistake
// one protocol for another (RFC 6455, 10.3), and here is none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::bench {

// Nonce and answer of the example in RFC 6455, 1.3.
inline constexpr std::string_view websocket_nonce = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view websocket_accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

// Of the frame's first two bytes.
inline constexpr unsigned char websocket_final_bit = 0x80;
inline constexpr unsigned char websocket_masked_bit = 0x80;

std::string websocket_request(std::string_view path, std::string_view host);

// A message, or a control frame, in one frame. `mask` has four bytes, or none: that is a server's.
std::string websocket_frame(unsigned char opcode, std::string_view payload, std::string_view mask);

}  // namespace weir::bench
