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

/// The arguments of one command: views into the bytes that it came in, valid as long as these and
/// until its reader goes on.
class RespCommand {
 public:
  RespCommand() = default;

  /// 0 for an empty line, `*0` and `*-1`, which redis-server passes over in silence.
  [[nodiscard]] std::size_t size() const { return size_; }
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
  const Piece* pieces_ = nullptr;
  std::size_t size_ = 0;
  std::string_view raw_;
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
///
///     pieces_  [ h a a | h a a a | h a a | h a ]    h: bytes of a command, and how many arguments
///                      ^next_            ^whole_    a: where an argument stands, and its size
///               read()   read ahead       begun
class RespCommandReader {
 public:
  enum class Outcome : std::uint8_t { command, need_more, mistake };

  explicit RespCommandReader(const RespCommandLimits& limits = {}) : limits_(limits) {}
  RespCommandReader(RespCommandReader&&) = default;
  RespCommandReader& operator=(RespCommandReader&&) = default;
  RespCommandReader(const RespCommandReader&) = delete;
  RespCommandReader& operator=(const RespCommandReader&) = delete;
  ~RespCommandReader() = default;

  /// For all commands behind the one that was read last.
  void set_limits(const RespCommandLimits& limits);

  /// Reads the command that `input` begins with. After need_more it is called again with the same
  /// bytes and more behind them, after a command with those behind it; a mistake ends the stream.
  [[nodiscard]] Outcome read(std::string_view input) {
    if (next_ == whole_) {
      forget_answered();
      const Outcome outcome = read_one(input);
      if (outcome != Outcome::command) return outcome;
    }
    take(input);
    return Outcome::command;
  }

  /// For a look at what will come: reads up to `most` whole commands that `input` begins with, and
  /// calls visit(command) with each. Then read() answers them, as if nothing had been read before.
  /// Only when none is left of the last time. Commands that a person typed are not seen.
  template <class Visit>
  void read_ahead(std::string_view input, std::size_t most, Visit visit) {
    forget_answered();
    const std::size_t first = next_;
    for (; most != 0 && read_whole(input); --most) {
      visit(command_);
      input.remove_prefix(command_.raw_.size());
    }
    next_ = first;
  }
  /// Some are left of those that were read ahead.
  [[nodiscard]] bool is_ahead() const { return next_ != whole_; }

  /// After `command`, until the next read() or read_ahead().
  [[nodiscard]] const RespCommand& command() const { return command_; }
  /// After `command`: its bytes.
  [[nodiscard]] std::size_t consumed() const { return command_.raw_.size(); }
  /// After need_more: asking again is of no use before there are so many bytes.
  [[nodiscard]] std::size_t needed() const { return needed_; }
  /// After `mistake`, as redis-server answers it: "Protocol error: invalid bulk length".
  [[nodiscard]] const std::string& mistake() const { return mistake_; }

  /// Gives back what a large command has taken, unless another one is begun.
  void shrink() {
    if (pieces_.capacity() > pieces_to_keep || inline_.capacity() > inline_to_keep) give_back();
  }

 private:
  using Piece = RespCommand::Piece;
  /// Kept between two commands: more arguments than this are rare.
  static constexpr std::size_t pieces_to_keep = 1024;
  static constexpr std::size_t inline_to_keep = 4096;
  /// Of a number's line: its end is not there yet, or it is none.
  static constexpr std::int64_t no_line = -2;
  static constexpr std::int64_t no_number = -3;

  Outcome need(std::size_t total) {
    needed_ = total;
    return Outcome::need_more;
  }
  Outcome wrong(std::string_view words);
  Outcome wrong_type(char type);
  Outcome wrong_size(std::int64_t size);
  Outcome read_one(std::string_view input);
  Outcome read_inline(std::string_view input);
  Outcome read_multibulk(std::string_view input);
  Outcome finish();
  Outcome no_number_at(std::string_view input, bool count);
  std::int64_t number_at(std::string_view input, std::size_t& at) const;
  std::int64_t any_number_at(std::string_view input, std::size_t& at) const;
  bool read_whole(std::string_view input);
  /// What is begun, if anything, moves to the front: a stream may never end between two commands.
  void forget_answered() {
    if (whole_ == 0) return;
    if (at_ != 0) {
      pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(whole_));
    }
    next_ = whole_ = 0;
  }
  void take(std::string_view input);
  void give_back();

  RespCommandLimits limits_;
  RespCommand command_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;      // of pieces_: the command that read() answers next
  std::size_t whole_ = 0;     // of pieces_: behind those that are whole
  std::size_t at_ = 0;        // of the one that is begun: its first value that is not complete
  std::size_t left_ = 0;      // of that one: arguments that are still to come
  std::size_t searched_ = 0;  // of an inline command: no line ends before here
  std::size_t needed_ = 0;
  std::string inline_;  // words without their quotes
  std::string mistake_;
};

}  // namespace weir
