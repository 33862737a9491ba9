// delimiter: messages that end with bytes of your choice. Layer: framing.
// For a text protocol whose end is not that of a line: "\r\n\r\n", a zero byte, "\n.\n".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/framing/framing.hpp"
#include "weir/framing/limit.hpp"

namespace weir {

struct DelimiterOptions {
  /// Bytes of a message without its delimiter; 0 is the server's limit.
  std::size_t max = 0;
};

class DelimiterFraming {
 public:
  /// Throws std::invalid_argument when `delimiter` is empty.
  DelimiterFraming(std::string_view delimiter, DelimiterOptions options);

  void set_default_max(std::size_t max) { limit_.set_default(max); }

  /// Ends a frame at the first delimiter, however it was cut into reads. Looks at no byte twice,
  /// but for the few that may be the beginning of a delimiter.
  [[nodiscard]] Decoded decode(std::string_view input);

  /// Refuses a message over the limit, and one that would end early: it holds the delimiter, or
  /// its last bytes and the first of the delimiter make one ("a\r\n" before "\r\n\r\n").
  Status encode(std::string_view message, Buffer& output) const;

 private:
  std::string delimiter_;
  FrameLimit limit_;
  std::size_t scanned_ = 0;  // no delimiter begins before this byte
};

/// `text` is one byte or more; a zero byte is written "\0"sv.
[[nodiscard]] inline DelimiterFraming delimiter(std::string_view text,
                                                DelimiterOptions options = {}) {
  return {text, options};
}

}  // namespace weir
