// resp_commands, resp_replies: the Redis serialization protocol, from both ends. Layer: framing.
//
//     *2 CRLF $3 CRLF GET CRLF $1 CRLF k CRLF     a command: an array of bulk strings
//     GET k CRLF                                  the same inline, as a person types it
//     $5 CRLF hello CRLF                          a reply; of RESP2 or of RESP3
//
// A server reads commands and sends replies, a client the other way round. A payload is the whole
// of one command or reply, as it stands in the stream: RespArguments and RespReader
// (resp_reader.hpp) say what is in it, RespWriter (resp_writer.hpp) makes one. Nothing is copied.
//
// Looks at no byte twice, but for the first bytes of the value that is incomplete: a reply of a
// million elements costs the same in one piece and in a million.
//
// As strict as redis-server 7 about numbers (resp_integer() below), which it stores nothing for
// until their bytes come, and stricter about ends: where redis-server skips two bytes behind a bulk
// string or one behind a CR, these must be CR and LF. Replies that are streamed in pieces of
// unknown number (RESP3's `$?`, `*?`), which no server sends, are malformed. Sources: redis.io,
// "Redis serialization protocol specification"; redis/redis src/networking.c.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/framing/framing.hpp"
#include "weir/framing/limit.hpp"

namespace weir {

struct RespOptions {
  /// Bytes of a command or a reply as a whole; 0 is the server's limit.
  std::size_t max = 0;
  /// Bytes of one bulk string (redis-server: proto-max-bulk-len).
  std::size_t bulk = 512 * 1024 * 1024;
  /// Elements that one command or reply announces, on all levels together; a pair of a map is two.
  std::size_t elements = 1024 * 1024;
  /// How many arrays, maps, sets and pushes lie within each other; at most `most_depth`.
  std::size_t depth = 16;
  /// Bytes of a line: an inline command, a simple string, an error, a number.
  std::size_t line = 64 * 1024;

  static constexpr std::size_t most_depth = 32;
};

/// The number that `text` is to redis-server: an optional '-', digits without a leading zero,
/// within 64 bits. "-0", "+1", "01", "" and " 1" are none.
[[nodiscard]] std::optional<std::int64_t> resp_integer(std::string_view text);

/// Of a server: decodes commands, encodes replies.
class RespCommandFraming {
 public:
  explicit RespCommandFraming(const RespOptions& options)
      : options_(options), limit_(options.max) {}

  void set_default_max(std::size_t max) { limit_.set_default(max); }

  /// An empty line, `*0` and `*-1` are commands without arguments, which redis-server passes over
  /// in silence. Quotes that do not close are malformed here, not in RespArguments.
  [[nodiscard]] Decoded decode(std::string_view input);
  /// Refuses what is not exactly one reply within the options.
  Status encode(std::string_view reply, Buffer& output) const;

 private:
  friend class RespReplyFraming;
  [[nodiscard]] Decoded decode_inline(std::string_view input);
  [[nodiscard]] Decoded scan(std::string_view input);

  RespOptions options_;
  FrameLimit limit_;
  std::size_t at_ = 0;        // where the first value begins that is not complete
  std::size_t searched_ = 0;  // before here no line ends
  std::size_t left_ = 0;      // arguments that are still to come
};

/// Of a client: decodes replies, encodes commands.
class RespReplyFraming {
 public:
  /// Throws std::invalid_argument for a depth over RespOptions::most_depth.
  explicit RespReplyFraming(const RespOptions& options);

  void set_default_max(std::size_t max) { limit_.set_default(max); }

  /// An attribute (RESP3) and the reply that it stands before are one payload.
  [[nodiscard]] Decoded decode(std::string_view input);
  /// Refuses what is not exactly one command, an array of bulk strings, within the options.
  Status encode(std::string_view command, Buffer& output) const;

 private:
  friend class RespCommandFraming;
  struct Level {
    std::uint32_t left;  // values that are still to come
    bool attribute;      // it is not a value itself
  };

  [[nodiscard]] Decoded scan(std::string_view input);
  [[nodiscard]] const char* line_mistake(char type, std::string_view text) const;
  [[nodiscard]] std::optional<Decoded> open(char type, std::int64_t count);
  [[nodiscard]] bool complete_value();

  RespOptions options_;
  FrameLimit limit_;
  std::size_t at_ = 0;        // where the first value begins that is not complete
  std::size_t searched_ = 0;  // before here no line ends
  std::size_t announced_ = 0;
  std::size_t missing_ = 0;  // of these, those that have not ended
  std::size_t depth_ = 0;
  std::array<Level, RespOptions::most_depth> levels_{};
};

[[nodiscard]] inline RespCommandFraming resp_commands(const RespOptions& options = {}) {
  return RespCommandFraming(options);
}
[[nodiscard]] inline RespReplyFraming resp_replies(const RespOptions& options = {}) {
  return RespReplyFraming(options);
}

}  // namespace weir
