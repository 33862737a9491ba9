#include "client/websocket_frame.hpp"

namespace weir::bench {

std::string websocket_request(std::string_view path, std::string_view host) {
  std::string request = "GET ";
  request.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
  request += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  request.append("Sec-WebSocket-Key: ").append(websocket_nonce).append("\r\n\r\n");
  return request;
}

std::string websocket_frame(unsigned char opcode, std::string_view payload, std::string_view mask) {
  std::string frame(1, static_cast<char>(websocket_final_bit | opcode));
  const unsigned masked_bit = mask.empty() ? 0 : websocket_masked_bit;
  const auto size = payload.size();
  const auto put_length = [&](unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) frame += static_cast<char>(size >> (8 * i));
  };
  if (size < 126) {
    frame += static_cast<char>(masked_bit | size);
  } else if (size < 65536) {
    frame += static_cast<char>(masked_bit | 126U);
    put_length(2);
  } else {
    frame += static_cast<char>(masked_bit | 127U);
    put_length(8);
  }
  frame += mask;
  if (mask.empty()) return frame.append(payload);
  for (std::size_t i = 0; i < size; ++i) {
    frame += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  }
  return frame;
}

}  // namespace weir::bench
