// RespReader and RespArguments: what is in a payload of the RESP framings. Layer: framing.
//
//     RespReader reply("*2\r\n:1\r\n$2\r\nhi\r\n");     RespArguments command;
//     reply.next();   array, count 2 command.read("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"); reply.next();
//     integer 1                       command.size();   2 reply.next();   bulk "hi" command[1]; "k"
//     reply.next();   nothing: the end
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class RespType : std::uint8_t {
  simple,    // +
  error,     // -, and !, which may hold any byte
  integer,   // :
  bulk,      // $
  null,      // _, $-1 and *-1
  array,     // *
  boolean,   // #
  real,      // ,
  big,       // (  a number of any size
  verbatim,  // =  a bulk string that begins with its format: "txt:"
  map,       // %
  set,       // ~
  push,      // >
  attribute  // |  belongs to the reply that follows it
};

struct RespItem {
  RespType type = RespType::null;
  /// Of a string, an error and a number as it was written: a view into the payload.
  std::string_view text{};
  /// Of an integer; of a boolean 1 or 0.
  std::int64_t integer = 0;
  /// Of what holds others: how many, which follow as items of their own. A pair is two.
  std::size_t count = 0;

  /// A string of whichever kind.
  [[nodiscard]] bool is_text() const {
    return type == RespType::bulk || type == RespType::simple || type == RespType::verbatim;
  }
  /// Of a number: the nearest double; inf, -inf and nan included.
  [[nodiscard]] double real() const;
};

/// Reads a payload of RespReplyFraming from its front to its end, what holds others before them.
/// Of other bytes it makes something or nothing, and never reads past their end.
class RespReader {
 public:
  explicit RespReader(std::string_view payload) : rest_(payload) {}

  /// The next item; nothing at the end.
  [[nodiscard]] std::optional<RespItem> next();
  /// Passes over all that `item`, which was the last one, holds.
  void skip(const RespItem& item);

 private:
  std::string_view rest_;
};

/// The arguments of a command. Kept and used again, it allocates nothing once it has had the most
/// arguments that come.
class RespArguments {
 public:
  RespArguments() = default;
  RespArguments(const RespArguments&) = delete;
  RespArguments& operator=(const RespArguments&) = delete;

  /// Of a payload of RespCommandFraming, which must outlive their use. False for other bytes.
  bool read(std::string_view payload);

  /// 0 for an empty line.
  [[nodiscard]] std::size_t size() const { return arguments_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const { return arguments_[i]; }

 private:
  std::vector<std::string_view> arguments_;
  std::string inline_;  // what was quoted, without its quotes
};

}  // namespace weir
