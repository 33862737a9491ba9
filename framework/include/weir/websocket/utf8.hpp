// Utf8: is it UTF-8, as the bytes come (RFC 3629). Layer: websocket.
// A value of four bytes, one for each text that is under way. The first bad byte is found when it
// is there, before the character that it spoils would have ended (RFC 6455 8.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::websocket {

class Utf8 {
 public:
  /// False from the first byte on that no UTF-8 text can have there.
  [[nodiscard]] bool accept(std::string_view bytes);
  /// What came ends with a whole character.
  [[nodiscard]] bool whole() const { return missing_ == 0; }

 private:
  // Of the character under way: how many bytes it lacks, and between what the next one lies.
  std::uint8_t missing_ = 0;
  unsigned char low_ = 0x80;
  unsigned char high_ = 0xBF;
};

[[nodiscard]] bool is_utf8(std::string_view text);

/// The longest beginning of `text`, which is UTF-8, of at most `most` bytes and whole characters.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t most);

}  // namespace weir::websocket
