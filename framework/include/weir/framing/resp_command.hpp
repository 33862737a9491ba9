// RespCommandReader: commands of RESP out of a stream, in one pass. Layer: framing.
// For a server that answers by itself (a Protocol): what RespCommandFraming and RespArguments do in
// two passes, and its mistakes in the words in which redis-server answers them.
//
//     input   *2 CRLF $3 CRLF GET CRLF $1 CRLF k CRLF *2 CRLF ...
//                            ^0 +3           ^1 +1    |
//             +------------- raw() -------------------+  next command
//
// "Not enough yet" keeps what was found as offsets, so that the input may move and grow meanwhile;
// a length that is announced allocates nothing. Sources: redis.io, "Redis serialization protocol
// specification"; redis-server 7.0 for the limits and the words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The arguments of one command: views into the bytes that it came in, valid as long as these.
class RespCommand {
 public:
  RespCommand() = default;

  /// 0 for an empty line, `*0` and `*-1`, which redis-server passes over in silence.
  [[nodiscard]] std::size_t size() const { return pieces_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    return {base_ + pieces_[i].begin, pieces_[i].size};
  }
  /// As it stood in the stream.
  [[nodiscard]] std::string_view raw() const { return raw_; }
  /// It was typed by a person rather than made of bulk strings.
  [[nodiscard]] bool is_inline() const { return inline_; }

 private:
  friend class RespCommandReader;
  struct Piece {
    std::uint32_t begin;
    std::uint32_t size;
  };

  const char* base_ = nullptr;  // of the pieces: raw_, or words without their quotes
  std::string_view raw_;
  std::vector<Piece> pieces_;
  bool inline_ = false;
};

struct RespCommandLimits {
  /// Bytes of a command as a whole; at most 2 GiB.
  std::size_t total = 1024 * 1024 * 1024;
  std::size_t arguments = 2147483647;
  /// Bytes of one argument.
  std::size_t bulk = 512 * 1024 * 1024;
  /// Bytes of a line: an inline command, a number.
  std::size_t line = 64 * 1024;
  /// Said of too many arguments and of a bulk string too long, where they are stricter than usual:
  /// "unauthenticated multibulk length", "unauthenticated bulk length".
  bool unauthenticated = false;

  /// What redis-server allows who has not shown a password: 10 arguments of 16 KiB.
  [[nodiscard]] static RespCommandLimits before_authentication() {
    return {.arguments = 10, .bulk = 16 * 1024, .unauthenticated = true};
  }
};

/// Of one connection. Kept and used again, it allocates nothing once it has had the most arguments
/// that come.
class RespCommandReader {
 public:
  enum class Outcome : std::uint8_t { command, need_more, mistake };

  explicit RespCommandReader(const RespCommandLimits& limits = {}) : limits_(limits) {}

  /// For commands of which nothing was read yet.
  void set_limits(const RespCommandLimits& limits) { limits_ = limits; }

  /// Reads the command that `input` begins with. After need_more it is called again with the same
  /// bytes and more behind them; a mistake ends the stream.
  [[nodiscard]] Outcome read(std::string_view input) {
    if (at_ == 0) {
      command_.pieces_.clear();
      if (input.empty()) return need(1);
      if (input.front() != '*') return read_inline(input);
    }
    return read_multibulk(input);
  }

  /// After `command`, until the next read().
  [[nodiscard]] const RespCommand& command() const { return command_; }
  /// After `command`: its bytes.
  [[nodiscard]] std::size_t consumed() const { return command_.raw_.size(); }
  /// After need_more: asking again is of no use before there are so many bytes.
  [[nodiscard]] std::size_t needed() const { return needed_; }
  /// After `mistake`, as redis-server answers it: "Protocol error: invalid bulk length".
  [[nodiscard]] const std::string& mistake() const { return mistake_; }

  /// Gives back what a large command has taken. Not between need_more and the next read().
  void shrink();

 private:
  /// Of a number's line: its end is not there yet, or it is none.
  static constexpr std::int64_t no_line = -2;
  static constexpr std::int64_t no_number = -3;

  Outcome need(std::size_t total) {
    needed_ = total;
    return Outcome::need_more;
  }
  Outcome wrong(std::string words);
  Outcome read_inline(std::string_view input);
  Outcome read_multibulk(std::string_view input);
  Outcome finish(std::string_view input);
  Outcome no_number_at(std::string_view input, bool count);
  std::int64_t number_at(std::string_view input, std::size_t& at) const;

  RespCommandLimits limits_;
  RespCommand command_;
  std::size_t at_ = 0;        // where the first value begins that is not complete
  std::size_t left_ = 0;      // arguments that are still to come
  std::size_t searched_ = 0;  // of an inline command: no line ends before here
  std::size_t needed_ = 0;
  std::string inline_;  // words without their quotes
  std::string mistake_;
};

}  // namespace weir
