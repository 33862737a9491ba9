// LogReader: a log of commands in RESP, read from its beginning, in pieces of which each is kept
// whole or not at all: a command, or all from MULTI to EXEC.
//
//     *3 SET a 1   *1 MULTI  *3 SET b 2  *1 EXEC   *3 SET c
//     |            |                               |
//     piece        piece                           a torn tail: it is cut off
//
// A crash leaves the beginning of a piece at the end, and nothing else that is no piece. Bytes that
// can be no command, or a piece that says it is longer than the file while whole commands stand in
// what it claims, are a mistake: of that nobody knows what to keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/framing/resp_command.hpp"

namespace weir::kv {

class LogReader {
 public:
  enum class Outcome : std::uint8_t { piece, end, torn, mistake };

  /// `file` is open for reading, from its beginning; it stays the caller's.
  explicit LogReader(int file) : file_(file) {}
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  [[nodiscard]] Outcome next();

  /// After `piece`: its commands, without MULTI and EXEC. Calls visit(arguments, offset) with each,
  /// valid for the call, until it answers false.
  template <class Visit>
  void each(Visit visit) {
    RespCommandReader reader;
    for (const Command& command : commands_) {
      static_cast<void>(reader.read(view(command.begin, command.size)));
      if (!visit(reader.command(), base_ + command.begin)) return;
    }
  }

  /// Where the piece after the last whole one begins: bytes of the file that are well.
  [[nodiscard]] std::uint64_t whole() const { return base_ + whole_; }
  /// Bytes read so far; at `torn`, of the file.
  [[nodiscard]] std::uint64_t size() const { return base_ + bytes_.size(); }
  /// After `mistake`: where, and what.
  [[nodiscard]] std::uint64_t mistake_at() const { return base_ + at_; }
  [[nodiscard]] const std::string& mistake() const { return mistake_; }

 private:
  struct Command {
    std::size_t begin;
    std::size_t size;
  };

  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t size) const {
    return std::string_view(bytes_).substr(begin, size);
  }
  [[nodiscard]] Outcome wrong(std::string what);
  [[nodiscard]] bool read_more();
  [[nodiscard]] Outcome at_end();
  [[nodiscard]] bool hides_commands() const;
  void drop_whole();

  int file_;
  RespCommandReader reader_;
  std::string bytes_;  // of the file, from base_ on
  std::uint64_t base_ = 0;
  std::size_t whole_ = 0;          // of bytes_: behind the last piece
  std::size_t at_ = 0;             // where the command begins that is read
  std::vector<Command> commands_;  // of the piece
  bool together_ = false;          // MULTI was read, and EXEC not yet
  bool ended_ = false;
  std::string mistake_;
};

}  // namespace weir::kv
