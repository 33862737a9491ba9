// The header of a frame, from and to bytes. Layer: websocket, sources only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/websocket/frame.hpp"

namespace weir::websocket {

/// Writes the header, at most max_frame_header bytes, and answers how many it has.
std::size_t write_header(FrameHead head, std::size_t length, const MaskKey* key, char* to);

/// What is wrong with the bytes of a peer, and the code to close with; 0 is nothing. Words that
/// cost nothing until somebody reads them: there is one of these for each frame.
struct Mistake {
  std::uint16_t code = 0;
  const char* before = "";
  std::optional<std::uint64_t> number{};
  const char* after = "";

  explicit operator bool() const { return code != 0; }
  [[nodiscard]] std::string words() const {
    return before + (number ? std::to_string(*number) : std::string()) + after;
  }
};

/// The header at the beginning of some input. Either it is not whole, then `need` says how long the
/// input must be; or `mistake` says what it breaks; or the other members hold.
struct ParsedHeader {
  FrameHead head;
  std::uint64_t length = 0;
  MaskKey key{};  // zeros, which change nothing, where there is no mask
  std::size_t size = 0;
  std::size_t need = 0;
  Mistake mistake;
  [[nodiscard]] bool control() const { return head.opcode >= Opcode::close; }
};

/// Checks what a header can break by itself; the order of frames is the reader's affair.
/// `reader` is who reads: a server takes masked frames alone, a client none. `deflated`:
/// permessage-deflate was agreed on, so RSV1 has a meaning.
[[nodiscard]] ParsedHeader parse_header(std::string_view input, Role reader, bool deflated);

}  // namespace weir::websocket
